// A partner's identity provider: OpenID Connect by oidc-provider, SAML 2.0 by samlp, on one port.
// Told on the command line, as JSON: port, people (name → claims), clients (OpenID Connect), saml (audience → address).
// It prints one line of JSON when it listens. Its sign-in page believes who says who they are. "How" makes it err.
import { generateKeyPairSync } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "oidc-provider";
import samlp from "samlp";

const { port, people, clients, services } = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${port}`;
const page = (to, hidden = "") => `<!doctype html><title>The bank's sign-in</title><h1>The bank's sign-in</h1>
<form method="post" action="${to}">${hidden}
<label>Who <input name="who"></label><label>How <input name="how"></label><button>Sign in</button></form>`;
const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

function certificate(name) {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`];
  execFileSync("openssl", [...asked, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
const ours = certificate("bank");
const forged = certificate("bank");

// OpenID Connect
const present = {}; // sub → who signed in by it last
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const oidc = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
  claims: { openid: ["sub", "acr", "amr"], profile: ["name", "preferred_username", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: { url: (_, interaction) => `/enter/${interaction.uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => people[present[sub]] }),
  async loadExistingGrant(ctx) {
    const { client, session, provider } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return Object.fromEntries(new URLSearchParams(text));
}

async function enter(request, response) {
  if (request.method !== "POST") return response.end(page(request.url));
  const { who } = await body(request);
  const { sub, amr } = people[who];
  present[sub] = who;
  await oidc.interactionFinished(request, response, { login: { accountId: sub, amr } });
}

// SAML 2.0
class Claims {
  constructor(person) { this.person = person; }
  getClaims() { return { name: this.person.name, groups: this.person.groups, login: this.person.preferred_username }; }
  getNameIdentifier() {
    return { nameIdentifier: this.person.sub, nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" };
  }
}

function assert(request, response, how) {
  const twisted = {
    "wrong key": forged,
    "wrong audience": { audience: "http://elsewhere.example/metadata/" },
    "no audience": { audience: undefined },
    "wrong recipient": { recipient: "http://elsewhere.example/assertion/" },
    "wrong issuer": { issuer: "http://elsewhere.example/saml" },
    expired: { lifetimeInSeconds: -3600 },
    unsigned: { signAssertion: false, signResponse: true },
    sha1: { signatureAlgorithm: "rsa-sha1", digestAlgorithm: "sha1" },
  }[how];
  const chosen = { issuer: `${issuer}/saml`, ...ours, profileMapper: (person) => new Claims(person), ...twisted };
  const context = request.user.amr?.includes("mfa") ? "urn:example:two-factors" : undefined;
  samlp.parseRequest(request, {}, (error, asked) => {
    if (error) return fail(response, error);
    const address = services[asked.issuer];
    const options = {
      recipient: address, destination: address, inResponseTo: asked.id, authnContextClassRef: context,
      signatureAlgorithm: "rsa-sha256", digestAlgorithm: "sha256",
      lifetimeInSeconds: 300, audience: asked.issuer, ...chosen,
    };
    samlp.getSamlResponse(options, request.user, (fault, told) => {
      if (fault) return fail(response, fault);
      const value = Buffer.from(told).toString("base64");
      response.setHeader("Content-Type", "text/html");
      response.end(`<form method="post" action="${escaped(address)}"><input type="hidden" name="SAMLResponse" value="${value}">
<button>Go on</button></form><script>document.forms[0].submit()</script>`);
    });
  });
}

async function saml(request, response, address) {
  const asked = address.searchParams.get("SAMLRequest");
  if (request.method !== "POST") {
    return response.end(page("/saml", `<input type="hidden" name="SAMLRequest" value="${escaped(asked)}">`));
  }
  const sent = await body(request);
  request.user = people[sent.who];
  request.query = { SAMLRequest: sent.SAMLRequest };
  assert(request, response, sent.how);
}

function metadata(response) {
  const pem = ours.cert.toString().replace(/-----[A-Z ]+-----|\s/g, "");
  response.end(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${issuer}/saml">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">
<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${pem}</X509Certificate></X509Data></KeyInfo>
</KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${issuer}/saml"/>
</IDPSSODescriptor></EntityDescriptor>`);
}

function fail(response, error) {
  response.statusCode = 400;
  response.end(String(error));
}

const oidcAnswers = oidc.callback();
createServer((request, response) => {
  const address = new URL(request.url, issuer);
  response.setHeader("Content-Type", "text/html");
  const done = address.pathname === "/favicon.ico" ? response.writeHead(204).end()
    : address.pathname === "/saml/metadata" ? metadata(response)
    : address.pathname === "/saml" ? saml(request, response, address)
    : address.pathname.startsWith("/enter/") ? enter(request, response)
    : oidcAnswers(request, response);
  Promise.resolve(done).catch((error) => fail(response, error));
}).listen(port, "localhost", () => console.log(JSON.stringify({ issuer })));
