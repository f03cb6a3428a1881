"""Small tools every module may use; imports nothing of ours."""
