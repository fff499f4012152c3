package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/touch"
)

// patience bounds waits that only a broken program makes long.
const patience = 5 * time.Minute

// config is the kiosk's: all that customers can do is offered.
const config = `window: {fullscreen: true}
counter_page: {listen: 127.0.0.1:0}
notices:
  - {id: weekend, zh: 本周六照常营业，周日休息, en: "Open this Saturday, closed on Sunday"}
`

// soak is one run.
type soak struct {
	options
	kiosk   *touch.Kiosk
	office  *programs.Process
	display *touch.Display
	crowd   *crowd
	began   time.Time
	samples []sample
	table   *os.File
}

// run lets customers come, and judges.
func run(ctx context.Context, o options) (result string, err error) {
	if missing := touch.Missing(); len(missing) > 0 {
		return "", fmt.Errorf("needs the Debian packages %s", strings.Join(missing, ", "))
	}
	s := &soak{options: o}
	defer func() { err = errors.Join(err, s.end()) }()
	if err := s.start(ctx); err != nil {
		return "", err
	}
	if err := s.live(ctx); err != nil {
		return s.report(), err
	}
	return s.report(), s.judge()
}

func (s *soak) start(ctx context.Context) (err error) {
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s.display, err = touch.OpenDisplay(ctx, 1080, 1920); err != nil {
		return err
	}
	if s.office, err = programs.Start(exec.Command(filepath.Join(s.bin, "headoffice"), "--data", filepath.Join(folder, "office"),
		"--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"), nil); err != nil {
		return err
	}
	ready, err := s.office.Says(ctx, "head office ready")
	if err != nil {
		return err
	}
	if s.kiosk, err = touch.NewKiosk(filepath.Join(s.bin, "kiosk"), "kiosk", folder, config, "mqtt://"+ready["mqtt"], s.display); err != nil {
		return err
	}
	if _, err := s.kiosk.Start(ctx); err != nil {
		return err
	}
	if s.table, err = os.Create(filepath.Join(s.out, "soak.csv")); err != nil {
		return err
	}
	fmt.Fprintln(s.table, columns)
	s.crowd = &crowd{kiosk: s.kiosk, rand: rand.New(rand.NewPCG(s.seed, 0)), seen: map[string]int{}}
	return nil
}

// live lets customers come until it is over, and measures.
func (s *soak) live(ctx context.Context) error {
	s.began = time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.length)
	defer cancel()
	var measuring sync.WaitGroup
	defer measuring.Wait()
	failed := make(chan error, 1)
	measuring.Go(func() {
		if err := s.measure(ctx); err != nil {
			failed <- err
			cancel()
		}
	})
	next := time.NewTicker(s.every)
	defer next.Stop()
	for ctx.Err() == nil {
		if err := s.crowd.visit(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-next.C:
		case <-ctx.Done():
		}
	}
	select {
	case err := <-failed:
		return err
	default:
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return ctx.Err()
}

// end stops the programs in order, and keeps what the kiosk said.
func (s *soak) end() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.kiosk != nil && s.kiosk.Process != nil {
		s.kiosk.Signal(syscall.SIGTERM)
		if code, ended := s.kiosk.End(ctx); ended != nil || code != 0 {
			err = errors.Join(err, ended, fmt.Errorf("the kiosk ended with code %d", code))
		}
		said := s.kiosk.Said()
		err = errors.Join(err, os.WriteFile(filepath.Join(s.out, "kiosk.log"), []byte(strings.Join(said, "\n")+"\n"), 0o644))
		if bad := touch.Complaints(said); len(bad) > 0 {
			err = errors.Join(err, fmt.Errorf("the kiosk complains %d times, first: %s", len(bad), bad[0]))
		}
		err = errors.Join(err, os.RemoveAll(s.kiosk.Folder))
	}
	for _, p := range []*programs.Process{s.office, displayed(s.display)} {
		if p != nil {
			_, killed := p.Kill(ctx)
			err = errors.Join(err, killed)
		}
	}
	if s.table != nil {
		err = errors.Join(err, s.table.Close(), os.WriteFile(filepath.Join(s.out, "soak.svg"), []byte(curve(s.samples, s.warm)), 0o644))
	}
	return err
}

func displayed(d *touch.Display) *programs.Process {
	if d == nil {
		return nil
	}
	return d.Process
}
