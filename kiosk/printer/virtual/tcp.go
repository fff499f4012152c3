package virtual

import (
	"context"
	"net"
	"sync"
)

// ServeTCP serves the hosts that connect to a listener, the latest one at a time, until ctx ends, and closes it.
func (p *Printer) ServeTCP(ctx context.Context, listener net.Listener) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	var serving sync.WaitGroup
	defer serving.Wait()
	for {
		conn, err := listener.Accept()
		if err != nil {
			cancel()
			return
		}
		serving.Go(func() { p.Serve(ctx, conn) })
	}
}
