package counter_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// loss is what a gate does to commands.
type loss int

const (
	lossless     loss = iota
	losesCommand      // it never arrives
	losesAnswer       // it is carried out, and nobody learns of it
)

// gate is the network between page and kiosk: it can be closed, and it can lose commands or their answers.
type gate struct {
	t      *testing.T
	addr   string
	url    string
	target *url.URL

	mu       sync.Mutex
	server   *http.Server
	done     chan struct{}
	loss     loss
	commands []string // bodies of all that was posted
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, addr: "127.0.0.1:0", target: u}
	g.open()
	g.url = "http://" + g.addr
	t.Cleanup(g.close)
	return g
}

// open begins to listen, at the same address as before.
func (g *gate) open() {
	g.t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.addr = listener.Addr().String()
	server, done := &http.Server{Handler: g.handler()}, make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with close
	}()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.server, g.done = server, done
}

func (g *gate) handler() http.Handler {
	hangUp := func() { panic(http.ErrAbortHandler) }
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(g.target) },
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { hangUp() },
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method == http.MethodPost && g.losing() == losesAnswer {
				return io.ErrUnexpectedEOF
			}
			return nil
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			g.note(r)
			if g.losing() == losesCommand {
				hangUp()
			}
		}
		proxy.ServeHTTP(w, r)
	})
}

func (g *gate) note(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the page has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commands = append(g.commands, string(body))
}

// close ends all connections and refuses new ones.
func (g *gate) close() {
	g.mu.Lock()
	server, done := g.server, g.done
	g.server = nil
	g.mu.Unlock()
	if server != nil {
		_ = server.Close() // the listener is closed in any case
		<-done
	}
}

func (g *gate) lose(l loss) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.loss = l
}

func (g *gate) losing() loss {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.loss
}

func (g *gate) posted() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.commands...)
}
