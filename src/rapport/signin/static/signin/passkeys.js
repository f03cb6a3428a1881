// Passkeys and security keys. A form with `data-passkey` ("get" or "create") is shown where the browser can keep
// them; sending it asks the browser to answer the challenge, and puts the answer into its field `credential`.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What the server writes as text in a challenge is bytes to the browser.
function challenge(options) {
  const key = structuredClone(options.publicKey ?? options);
  key.challenge = toBytes(key.challenge);
  if (key.user) key.user.id = toBytes(key.user.id);
  for (const known of [...(key.excludeCredentials ?? []), ...(key.allowCredentials ?? [])]) known.id = toBytes(known.id);
  return { publicKey: key };
}

// The answer as text: the fields of a registration and of an assertion.
function answer(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function optionsOf(form) {
  if (!form.dataset.optionsFrom) return JSON.parse(form.querySelector("[data-passkey-options]").textContent);
  const response = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Error(`challenge: ${response.status}`);
  return (await response.json()).options;
}

async function send(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  try {
    const asked = challenge(await optionsOf(form));
    const made = form.dataset.passkey === "create"
      ? await navigator.credentials.create(asked)
      : await navigator.credentials.get(asked);
    form.elements.credential.value = JSON.stringify(answer(made));
    form.submit();
  } catch (error) {
    const isCancelled = error.name === "NotAllowedError";
    problem.textContent = isCancelled ? "It was cancelled, or took too long. Try again." : "This device has no passkey that fits. Try another way.";
    problem.hidden = false;
  }
}

const isAble = window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !isAble;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
if (isAble) document.querySelector("[data-passkey-missing]")?.remove();
