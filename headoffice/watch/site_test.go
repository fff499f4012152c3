package watch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
)

// site serves the watch on a port of its own, which it keeps when it is restarted.
type site struct {
	t      testing.TB
	addr   string
	server *http.Server
	done   chan error
	stop   context.CancelFunc // nil when it does not run
}

func mustSite(t testing.TB, h http.Handler) *site {
	t.Helper()
	s := &site{t: t, addr: "127.0.0.1:0"}
	s.start(h)
	t.Cleanup(s.end)
	return s
}

func (s *site) origin() string { return "http://" + s.addr }

func (s *site) start(h http.Handler) {
	s.t.Helper()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.server = &http.Server{ReadHeaderTimeout: hang, Handler: h, BaseContext: func(net.Listener) context.Context { return ctx }}
	s.done, s.stop = make(chan error, 1), stop
	go func(server *http.Server, done chan<- error) { done <- server.Serve(listener) }(s.server, s.done)
}

// end stops the server as head office does: the streams end with its context.
func (s *site) end() {
	s.t.Helper()
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop = nil
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
	if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
		s.t.Errorf("serve: %v", err)
	}
}
