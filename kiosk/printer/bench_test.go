package printer

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"stationkeeper/kiosk/printer/virtual"
)

// BenchmarkWrite is what it costs to make a ticket's bytes of its layout.
func BenchmarkWrite(b *testing.B) {
	for _, text := range []string{TextGB18030, TextRaster} {
		b.Run(text, func(b *testing.B) {
			regular, bold := fonts(b)
			p, err := New(Options{URL: "tcp://printer:9100", Text: text, Regular: regular, Bold: bold})
			if err != nil {
				b.Fatal(err)
			}
			size := 0
			for b.Loop() {
				d, err := p.writer.Write(p.layout(job("A012")))
				if err != nil {
					b.Fatal(err)
				}
				size = d.Bytes()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

// BenchmarkPrint is the time from Print to the ticket's first byte, with the question whether the printer is ready in
// between, and to the answer that it is out, over TCP, with a printer that needs no time.
func BenchmarkPrint(b *testing.B) {
	for _, text := range []string{TextGB18030, TextRaster} {
		b.Run(text, func(b *testing.B) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			regular, bold := fonts(b)
			v := newVirtual(b, virtual.Options{Raster: text == TextRaster})
			ctx, cancel := context.WithCancel(context.Background())
			var serving sync.WaitGroup
			serving.Go(func() { v.ServeTCP(ctx, listener) })
			defer serving.Wait()
			defer cancel()
			d := running(b, v, Options{URL: "tcp://" + listener.Addr().String(), Text: text, Regular: regular, Bold: bold})
			d.ready(b)
			if _, err := d.Print(ctx, job("A000")); err != nil { // the first finds out what the printer can
				b.Fatal(err)
			}
			var first time.Duration
			b.ResetTimer()
			for range b.N {
				began := time.Now()
				d.onTicket(func() { first += time.Since(began) })
				if _, err := d.Print(ctx, job("A012")); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(first.Microseconds())/float64(b.N), "µs-to-first-byte")
			d.sound(b)
		})
	}
}

// BenchmarkCheck is what it costs to ask a printer how it is, over TCP.
func BenchmarkCheck(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	v := newVirtual(b, virtual.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { v.ServeTCP(ctx, listener) })
	defer serving.Wait()
	defer cancel()
	d := running(b, v, Options{URL: "tcp://" + listener.Addr().String()})
	d.ready(b)
	d.prints(b, "A000")
	b.ResetTimer()
	for range b.N {
		if s := d.Check(ctx); !s.Ready {
			b.Fatalf("%+v", s)
		}
	}
}
