#!/usr/bin/env bash
# com.squareup.okhttp3:okhttp-jvm 5.3.2
#
# Guess: a POST that got an answer is sent once; repeating it is the caller's choice (max retries of 0 means one request).
# Behaviour: a default client sends the POST a second time by itself after 408, and after 503 with Retry-After: 0, and
#   shows only the second answer. 500, 429, and 503 with Retry-After: 1 are sent once. Whoever answers 408 to a request
#   that was charged, or asks for a retry at once, gets it twice without an idempotency key.
# Seen: POST 408: 2 requests, 503 + Retry-After 0: 2, 503 + Retry-After 1: 1, 500: 1, 429: 1
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > pom.xml <<'X'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies><dependency>
<groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>5.3.2</version>
</dependency></dependencies></project>
X
mvn -q dependency:copy-dependencies -DoutputDirectory=jars > mvn.log 2>&1 || { cat mvn.log; exit 1; }
cat > Seen.java <<'X'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.*;

public class Seen {
  public static void main(String[] args) throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      requests.incrementAndGet();
      String[] path = exchange.getRequestURI().getPath().split("/");
      if (path.length > 2) exchange.getResponseHeaders().set("Retry-After", path[2]);
      exchange.sendResponseHeaders(Integer.parseInt(path[1]), -1);
      exchange.close();
    });
    server.start();
    OkHttpClient client = new OkHttpClient();
    StringBuilder seen = new StringBuilder();
    for (String path : new String[] {"408", "503/0", "503/1", "500", "429"}) {
      requests.set(0);
      Request request = new Request.Builder().url("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path)
          .post(RequestBody.create("{}", MediaType.get("application/json"))).build();
      try (Response response = client.newCall(request).execute()) {
        seen.append(path).append("=").append(requests.get()).append(" ");
      }
    }
    System.out.println(seen.toString().trim());
    System.exit(0);
  }
}
X
seen=$(java -cp 'jars/*' Seen.java)
echo "POSTs sent for one call, by status/retry-after: $seen"
[ "$seen" = "408=2 503/0=2 503/1=1 500=1 429=1" ] || { echo "changed: $seen"; exit 1; }
