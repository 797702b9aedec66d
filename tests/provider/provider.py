"""An OpenID Connect provider for the stories: Authlib's server (Debian: python3-authlib, python3-flask) with one client.

Who signs in is named by the request (`login_hint`), because there is no browser to type it; everything else is Authlib's:
the code flow, PKCE, the client's secret, the signed token and its key set.
Prints its address and serves until its standard input closes. Never part of the product.
"""

import os
import socket
import sys
import threading
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback only
socket.getfqdn = lambda name="": name  # http.server would ask a name server who we are, and wait for it

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

# A secret of plain signs: Authlib does not undo the form-encoding that RFC 6749 2.3.1 asks of a client.
CLIENT, SECRET, REDIRECT = "zugong", "a-secret-of-the-stories", "http://zugong.test/sign-in/single-sign-on/callback"
KEY = JsonWebKey.generate_key("RSA", 2048, {"kid": "one", "use": "sig", "alg": "RS256"}, is_private=True)
app, codes = Flask(__name__), {}
issuer = None


class Client(ClientMixin):
    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return REDIRECT

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == REDIRECT

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    def __init__(self, code, user, sent):
        self.code, self.user, self.auth_time = code, user, int(time.time())
        self.scope, self.redirect_uri = sent.scope, sent.redirect_uri
        self.nonce = sent.data.get("nonce")
        self.code_challenge = sent.data.get("code_challenge")
        self.code_challenge_method = sent.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        codes[code] = Code(code, request.user, request)

    def query_authorization_code(self, code, client):
        return codes.get(code)

    def delete_authorization_code(self, authorization_code):
        del codes[authorization_code.code]

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class Token(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def get_jwt_config(self, grant):
        return {"key": KEY, "alg": "RS256", "iss": issuer, "exp": 300}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=f"id-{user}", preferred_username=user)


server = AuthorizationServer(app, query_client=lambda client_id: Client() if client_id == CLIENT else None, save_token=lambda token, request: None)
server.register_grant(CodeGrant, [Token(require_nonce=True), CodeChallenge(required=True)])


@app.get("/.well-known/openid-configuration")
def discovery():
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        jwks_uri=f"{issuer}/keys",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
    )


@app.get("/keys")
def keys():
    return jsonify(keys=[KEY.as_dict(is_private=False)])


@app.get("/authorize")
def authorize():
    return server.create_authorization_response(grant_user=request.args.get("login_hint") or "nobody")


@app.post("/token")
def token():
    return server.create_token_response()


serving = make_server("127.0.0.1", 0, app, threaded=True)
issuer = f"http://127.0.0.1:{serving.server_port}"
print(issuer, flush=True)
threading.Thread(target=serving.serve_forever, daemon=True).start()
sys.stdin.read()
