// Soak lets customers come to the kiosk's touchscreen for hours, and watches what the kiosk needs meanwhile: memory, CPU,
// goroutines and the size of its journal, a line a minute, and a curve. It fails when memory grows, or when the kiosk
// ends, or logs that something was drawn where it must not be.
//
//	soak [-for 8h] [-every 20s] [-seed N] [-warm 15m] [-limit 1] [-bin DIR] [-out DIR]
//
// Customers do what the screen offers, at random but seeded, and some walk away in the middle. Clerks call them. It needs
// Xvfb and xdotool, and the programs in bin; make soak sees to that.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func main() {
	runtime.LockOSThread() // the programs die with the thread that started them
	var o options
	flag.DurationVar(&o.length, "for", 8*time.Hour, "how long customers come")
	flag.DurationVar(&o.every, "every", 20*time.Second, "how often one comes, at most")
	flag.Uint64Var(&o.seed, "seed", 1, "what they do")
	flag.DurationVar(&o.warm, "warm", 15*time.Minute, "how much of the beginning does not count for growth")
	flag.DurationVar(&o.sample, "sample", time.Minute, "how often is measured")
	flag.Float64Var(&o.limit, "limit", 1, "the most `MB` that memory may grow by an hour")
	flag.StringVar(&o.bin, "bin", "bin", "`folder` of the programs headoffice and kiosk")
	flag.StringVar(&o.out, "out", filepath.Join("data", "soak"), "`folder` for soak.csv, soak.svg and the log")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	result, err := run(ctx, o)
	fmt.Print(result)
	if err != nil {
		fmt.Fprintf(os.Stderr, "soak: %v\n", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	length, every, warm, sample time.Duration
	seed                        uint64
	limit                       float64 // MB an hour
	bin, out                    string
}
