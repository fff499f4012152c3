package printer_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/printer/virtual"
)

// A ticket on paper: ask, print, look at what came of it.
func Example() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	there, err := virtual.New(virtual.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer there.Close()

	p, err := printer.New(printer.Options{URL: "tcp://" + listener.Addr().String()})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	parts.Go(func() { there.ServeTCP(ctx, listener) })
	parts.Go(func() { _ = p.Run(ctx) })
	for s := range p.Subscribe(ctx) {
		if s.Ready {
			break
		}
	}

	job := printer.Job{ID: "t1", Copy: 1, Ticket: printer.Ticket{
		Number: "A012", Service: printer.Names{Zh: "个人业务", En: "Personal banking"}, Ahead: 3,
		At: time.Date(2026, 11, 24, 9, 31, 0, 0, time.UTC),
	}}
	length, err := p.Print(ctx, job)
	fmt.Println(length, "mm", err)
	there.Open(true)
	_, err = p.Print(ctx, job)
	fmt.Println(err)
	fmt.Println(printer.Entry(job, length, err, job.Ticket.At).Type)
	// Output:
	// 71 mm <nil>
	// print a ticket: cover-open: nothing of it is on paper: the printer's cover is open: close it until it clicks
	// ticket.unprinted
}
