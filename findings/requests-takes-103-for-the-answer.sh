#!/usr/bin/env bash
# requests 2.34.2 on urllib3 2.8.0 and CPython's http.client; httpx 0.28.1, aiohttp 3.14.5 beside them
#
# Guess: an interim answer (102 Processing, 103 Early Hints) before the final one is skipped, as RFC 9110 §15.2 asks of
#   clients: so 102 could keep a long model call alive, or 103 name a request id early.
# Behaviour: requests gives the interim answer to its caller as the answer: status 103, ok is True, empty body;
#   raise_for_status() passes. http.client skips 100 alone. httpx and aiohttp wait for the final 200.
# Seen: requests 102: 102 ok=True body=''; 103: 103 ok=True body=''; httpx and aiohttp: 200 {"ok":true}
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip -q install --disable-pip-version-check requests==2.34.2 urllib3==2.8.0 httpx==0.28.1 aiohttp==3.14.5
cat > seen.py <<'X'
import asyncio, socket, sys, threading
import aiohttp, httpx, requests

listener = socket.create_server(("127.0.0.1", 0))
base = f"http://127.0.0.1:{listener.getsockname()[1]}"

def answer(connection):
    reader = connection.makefile("rb")
    path, length = reader.readline().split()[1].decode(), 0
    while (line := reader.readline().strip().lower()):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    reader.read(length)
    interim = {"/102": b"102 Processing", "/103": b"103 Early Hints"}[path]
    connection.sendall(b"HTTP/1.1 " + interim + b"\r\n\r\n")
    connection.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{"ok":true}')
    connection.close()

def serve():
    while True:
        threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

threading.Thread(target=serve, daemon=True).start()

async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.post(url, json={}) as reply:
        return f"{reply.status} ok={reply.ok} body={await reply.text()!r}"

seen = []
for path in ("/102", "/103"):
    reply = requests.post(base + path, json={}, timeout=10)
    reply.raise_for_status()
    seen.append(f"requests {path}: {reply.status_code} ok={reply.ok} body={reply.text!r}")
    reply = httpx.post(base + path, json={})
    seen.append(f"httpx {path}: {reply.status_code} ok={reply.is_success} body={reply.text!r}")
    seen.append(f"aiohttp {path}: {asyncio.run(by_aiohttp(base + path))}")
print("\n".join(seen))
whole = "200 ok=True body='{\"ok\":true}'"
expected = [line for path in ("/102", "/103") for line in (
    f"requests {path}: {path[1:]} ok=True body=''", f"httpx {path}: {whole}", f"aiohttp {path}: {whole}")]
if seen != expected:
    sys.exit("changed: " + "; ".join(seen))
X
env/bin/python seen.py
