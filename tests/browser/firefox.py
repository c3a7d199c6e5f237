"""A real Firefox, the distribution's, driven by WebDriver BiDi: a few commands over a web socket, no other driver."""

import itertools
import json
import re
import shutil
import subprocess

import websocket

NAMES = ("firefox", "firefox-esr")
QUIET = ("app.update.enabled", "browser.shell.checkDefaultBrowser", "datareporting.policy.dataSubmissionEnabled",
         "network.captive-portal-service.enabled", "network.connectivity-service.enabled",
         "services.settings.enabled", "browser.region.update.enabled", "extensions.update.enabled")
START = 60                                      # seconds, at most


def path():
    """Where Firefox is, None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One headless Firefox with one tab.

    Parameters
    ----------
    profile : an empty folder
    """

    def __init__(self, profile):
        settings = [*((name, "false") for name in QUIET),
                    # a proxy where nothing listens: what leaves this machine fails
                    ("network.proxy.type", "1"),
                    ("network.proxy.http", '"127.0.0.1"'), ("network.proxy.http_port", "9"),
                    ("network.proxy.ssl", '"127.0.0.1"'), ("network.proxy.ssl_port", "9"),
                    ("network.proxy.no_proxies_on", '"127.0.0.1"')]
        (profile / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in settings))
        self.process = subprocess.Popen([path(), "--headless", "--no-remote", "--profile", str(profile),
                                         "--remote-debugging-port", "0", "about:blank"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        address = next(filter(None, (re.search(r"ws://127\.0\.0\.1:\d+", line) for line in self.process.stderr)), None)
        if address is None:
            raise RuntimeError("Firefox ended before it could be driven")
        self.socket = websocket.create_connection(f"{address[0]}/session", timeout=START, suppress_origin=True)
        self.numbers = itertools.count()
        self.errors = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        self.tab = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method, **parameters):
        """The result of a command; what the page logs as an error meanwhile is kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(message["params"]["text"])
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def goto(self, address):
        self.command("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def evaluate(self, function, *args):
        """The JSON value of a function of JSON values, run in the page; promises are waited for."""
        text = f"async () => JSON.stringify(await ({function})(...{json.dumps(args)}))"
        result = self.command("script.evaluate", expression=f"({text})()", target={"context": self.tab},
                              awaitPromise=True)
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"].get("value", "null"))

    def press(self, *keys):
        """Press and release keys, by their WebDriver codes."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.command("input.performActions", context=self.tab,
                     actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)
