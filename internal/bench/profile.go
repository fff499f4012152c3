package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// profilePatch is a file that is compiled into head office, for a profile only, in the place of one that does not exist.
//
//go:embed headoffice.profile.txt
var profilePatch []byte

// profileVariable tells the patch the file to write to.
const profileVariable = "STATIONKEEPER_BENCH_PROFILE"

// profileDrain drains the backlog once, writes CPU profiles of node and head office to a folder, and prints where the time
// goes.
func (b *bench) profileDrain(ctx context.Context, dir string, out io.Writer) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	room, err := b.room("profile")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	if b.headOffice, err = buildProfiled(ctx, room); err != nil {
		return err
	}
	if err := b.waiting.copyTo(ctx, within(room, "node")); err != nil {
		return err
	}
	files := map[string]string{"node": filepath.Join(dir, "node.prof"), "headoffice": filepath.Join(dir, "headoffice.prof")}
	if err := os.Setenv(profileVariable, files["headoffice"]); err != nil { // which head office inherits
		return err
	}
	s, err := b.openSite(ctx, siteOptions{Room: room, Node: within(room, "node"), Office: within(room, "headoffice"),
		Task: nodeTask{Retain: forever, TelemetryDelay: 30 * time.Second, Profile: files["node"]}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.toggleProfile(ctx, "profile begun"); err != nil {
		return err
	}
	took, err := s.drain(ctx)
	if err != nil {
		return err
	}
	if err := s.toggleProfile(ctx, "profile ended"); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d records in %s, %s records/s\n", s.waits, took.Round(time.Millisecond), spell(float64(s.waits)/took.Seconds()))
	for _, name := range []string{"node", "headoffice"} {
		if err := top(ctx, out, name, files[name]); err != nil {
			return err
		}
	}
	return nil
}

// toggleProfile asks head office to begin or end its profile.
func (s *site) toggleProfile(ctx context.Context, said string) error {
	if err := unix.Kill(s.office.pid(), unix.SIGUSR1); err != nil {
		return err
	}
	_, err := s.office.line(ctx, said)
	return err
}

// buildProfiled builds head office with the patch in it.
func buildProfiled(ctx context.Context, dir string) (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	patch, overlay, program := within(dir, "profile.go"), within(dir, "overlay.json"), within(dir, "headoffice-profiled")
	places, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, "headoffice", "profile_on_signal.go"): patch}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(patch, profilePatch, 0o600), os.WriteFile(overlay, places, 0o600)); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", program, "./headoffice")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build head office with a profile: %w: %s", err, out)
	}
	return program, nil
}

// top prints the functions that a profile finds most of its time in, and under.
func top(ctx context.Context, out io.Writer, name, file string) error {
	for _, order := range []string{"-flat", "-cum"} {
		show := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", order, "-nodecount=35", file)
		text, err := show.Output()
		if err != nil {
			return fmt.Errorf("read the profile of %s: %w", name, err)
		}
		fmt.Fprintf(out, "\n%s, %s\n%s", name, order, text)
	}
	return nil
}
