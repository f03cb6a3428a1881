// The partner's system is at it: look again until it is through.
const LOOK_AGAIN_MS = 2000;

window.setTimeout(() => window.location.replace(window.location.pathname), LOOK_AGAIN_MS);
