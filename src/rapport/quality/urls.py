"""Addresses of quality."""

from django.urls import path

from rapport.quality import calibration_views, figure_views, views
from rapport.quality.recordings import views as recording_views

QUALITY = "at/<slug:programme>/quality/"
ONE = f"{QUALITY}evaluations/<uuid:evaluation>/"
RECORDING = f"{QUALITY}recordings/<uuid:recording>/"
urlpatterns = [
    path(QUALITY, views.work, name="quality"),
    path(f"{QUALITY}worth-hearing/", views.worth_hearing, name="quality-worth"),
    path(f"{QUALITY}mine/", views.mine, name="quality-mine"),
    path(f"{QUALITY}contacts/<uuid:contact>/", views.choosing, name="quality-choose"),
    path(f"{QUALITY}contacts/<uuid:contact>/choose/", views.choose, name="quality-chosen"),
    path(f"{QUALITY}selections/<uuid:selection>/begin/", views.begin, name="quality-begin"),
    path(f"{QUALITY}selections/<uuid:selection>/pass-over/", views.pass_over, name="quality-pass-over"),
    path(f"{QUALITY}selections/<uuid:selection>/without-own/", views.without_own, name="quality-without-own"),
    path(f"{RECORDING}audio/<uuid:listening>/", recording_views.audio, name="recording-audio"),
    path(f"{RECORDING}outline/", recording_views.outline, name="recording-outline"),
    path(f"{QUALITY}contacts/<uuid:contact>/remarks/", recording_views.remark, name="remark"),
    path(f"{QUALITY}remarks/<uuid:remark>/take/", recording_views.take_remark, name="remark-taken"),
    path(f"{QUALITY}figures/", figure_views.figures, name="quality-figures"),
    path(f"{QUALITY}calibrations/", calibration_views.calibrations, name="calibrations"),
    path(f"{QUALITY}calibrations/new/", calibration_views.new, name="calibration-new"),
    path(f"{QUALITY}calibrations/<uuid:calibration>/", calibration_views.calibration, name="calibration"),
    path(f"{QUALITY}calibrations/<uuid:calibration>/begin/", calibration_views.begin, name="calibration-begin"),
    path(f"{QUALITY}calibrations/<uuid:calibration>/close/", calibration_views.close, name="calibration-close"),
    path(ONE, views.evaluation, name="evaluation"),
    path(f"{ONE}preview/", views.preview, name="evaluation-preview"),
    path(f"{ONE}submit/", views.submit, name="evaluation-submit"),
    path(f"{ONE}let-go/", views.let_go, name="evaluation-let-go"),
    path(f"{ONE}second/", views.second, name="evaluation-second"),
    path(f"{ONE}acknowledge/", views.acknowledge, name="evaluation-acknowledge"),
    path(f"{ONE}appeal/", views.appeal, name="evaluation-appeal"),
]
