// The OpenID provider that tests/login.rs signs in at: npm oidc-provider, with accounts that need no password.
//   node provider.mjs PORT KEY_ID CALLBACK
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, kid, callback] = process.argv.slice(2);

const accounts = {
  anna: { name: 'Anna Bianchi', email: 'anna@comune.example', email_verified: true },
  eva: { name: 'Eva Neri', email: 'anna@comune.example', email_verified: false },
  sara: { name: 'Sara Verdi', email: 'sara@spid.example', email_verified: false, fiscal_number: 'TINIT-VRDSRA80A41H501X' },
  rita: {
    name: 'Rita Rossi', email: 'rita@comune.example', email_verified: true, org_vat: '77777777777', org_role: 'admin',
  },
};
let account = 'anna';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'varco',
    client_secret: 'a-secret-of-the-tests',
    redirect_uris: [callback],
    post_logout_redirect_uris: [new URL('/', callback).href],
  }],
  jwks: { keys: [{ ...key, kid, use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['cookies of the tests'] },
  claims: { email: ['email', 'email_verified'], profile: ['name'], ente: ['fiscal_number', 'org_vat', 'org_role'] },
  scopes: ['openid', 'email', 'profile', 'ente'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const result = account === 'nobody'
      ? { error: 'access_denied', error_description: 'nobody is let in' }
      : { login: { accountId: account } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

const serve = provider.callback();
createServer((request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/become') {
    account = url.searchParams.get('account');
    response.end();
  } else if (url.pathname.startsWith('/interaction/')) {
    interact(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  } else {
    serve(request, response);
  }
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
