"""The standard library's HTTP server, set up as well as it can be: keep-alive, one write a reply, no Nagle delay."""

import array
import http.server
import json

import workload


class Handler(http.server.BaseHTTPRequestHandler):
    """POST /<function> with a JSON array of arguments, or with the bytes of a float64 array."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that head and body leave in one write; the default sends them apart.
    wbufsize = -1

    def do_POST(self):
        """Answer one call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        function = getattr(workload, self.path[1:])
        if self.headers["Content-Type"] == "application/octet-stream":
            values = array.array("d")
            values.frombytes(body)
            reply = memoryview(function(values)).cast("B")
        else:
            reply = json.dumps(function(*json.loads(body))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format, *arguments):
        """Log nothing: a line on stderr for each request would be measured with it."""


class Server(http.server.ThreadingHTTPServer):
    """A thread for each connection; the backlog holds all calls in flight (the default of 5 resets some)."""

    request_queue_size = 128
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
