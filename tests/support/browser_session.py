"""Signs in over HTTP as a browser would, and gives the session cookie."""

from __future__ import annotations

import re

import requests

from tests.support.world import PASSWORD


def signed_in_cookie(port: int, username: str, password: str = PASSWORD) -> str:
    """The cookie header of a signed-in session."""
    browser = requests.Session()
    page = browser.get(f"http://127.0.0.1:{port}/login", timeout=10)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None, "the sign-in page has no form"
    answer = browser.post(
        f"http://127.0.0.1:{port}/login",
        data={"username": username, "password": password, "csrf_token": token[1]},
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == 302, f"signing in answered {answer.status_code}"
    return "; ".join(f"{c.name}={c.value}" for c in browser.cookies)
