package board_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"
)

// gate is the network between a page and the kiosk, which can be cut.
type gate struct {
	t       *testing.T
	addr    string
	url     string
	handler http.Handler
	server  *http.Server
	done    chan struct{}
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, addr: "127.0.0.1:0", handler: &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(u) },
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}}
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
	server, done := &http.Server{Handler: g.handler}, make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with close
	}()
	g.server, g.done = server, done
}

// close ends all connections and refuses new ones.
func (g *gate) close() {
	if g.server == nil {
		return
	}
	_ = g.server.Close() // the listener is closed in any case
	<-g.done
	g.server = nil
}
