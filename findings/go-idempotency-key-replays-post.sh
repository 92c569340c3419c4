#!/usr/bin/env bash
# Go 1.26 net/http (standard library)
#
# Guess: net/http never repeats a POST; an Idempotency-Key header means something to the server alone.
# Behaviour: the transport takes a POST with Idempotency-Key (or X-Idempotency-Key) for repeatable: when a kept connection
#   closes before an answer, it sends the POST again on a new one, without a word to the caller. Without the header the
#   caller gets the error. So a gateway that asks for the header must also hold it while the first request still runs.
# Seen: without the header: 1 request arrived, error EOF; with it: 2 arrived, the caller sees one 200
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf 'module seen\n\ngo 1.26\n' > go.mod
cat > main.go <<'X'
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// The first request of a connection on /warm is answered; a /work that follows on the same one arrives and is cut once.
func main() {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	var arrived atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				reader := bufio.NewReader(conn)
				for {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					io.Copy(io.Discard, request.Body)
					if request.URL.Path == "/work" && arrived.Add(1) == 1 {
						return
					}
					fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
				}
			}()
		}
	}()
	for _, header := range []string{"", "Idempotency-Key"} {
		arrived.Store(0)
		client := &http.Client{Transport: &http.Transport{}}
		post := func(path string) string {
			request, _ := http.NewRequest("POST", "http://"+listener.Addr().String()+path, strings.NewReader("{}"))
			if header != "" {
				request.Header.Set(header, "k1")
			}
			response, err := client.Do(request)
			if err != nil {
				return "error"
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			return fmt.Sprint(response.StatusCode)
		}
		post("/warm")
		outcome := post("/work")
		fmt.Printf("header=%q outcome=%s arrived=%d; ", header, outcome, arrived.Load())
	}
}
X
seen=$(go run .)
echo "$(go env GOVERSION): $seen"
[ "$seen" = 'header="" outcome=error arrived=1; header="Idempotency-Key" outcome=200 arrived=2; ' ] ||
  { echo "changed: $seen"; exit 1; }
