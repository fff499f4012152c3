package actors

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	wangs = "7f3a1c0d9e8b4a6f7f3a1c0d9e8b4a6f"
	zhaos = "00112233445566778899aabbccddeeff"
)

func TestWho(t *testing.T) {
	path := filepath.Join(t.TempDir(), "act.tokens")
	if err := os.WriteFile(path, []byte("# who may act\nwang:"+wangs+"\n\n  zhao : "+zhaos+" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]string{wangs: "wang", zhaos: "zhao"} {
		if got, err := a.Who(t.Context(), token); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

// However many wrong tokens are tried at once, two are answered a second; the right one does not wait for them.
func TestWrongTokensAreSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, err := parse([]byte("wang:" + wangs))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		answers := make(chan error)
		for range 10 {
			go func() {
				_, err := a.Who(t.Context(), wangs[1:]+"0")
				answers <- err
			}()
		}
		synctest.Wait()
		if name, err := a.Who(t.Context(), wangs); name != "wang" || err != nil || time.Since(began) != 0 {
			t.Errorf("the right one: %q, %v after %s", name, err, time.Since(began))
		}
		for range 10 {
			if err := <-answers; !errors.Is(err, ErrWrong) {
				t.Errorf("got %v", err)
			}
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("ten wrong tokens took %s", took)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.Who(gone, "wrong"); !errors.Is(err, ErrWrong) {
			t.Errorf("who has gone: %v", err)
		}
	})
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"readable by all":   {"wang:" + wangs, 0o644, "chmod 640"},
		"written by group":  {"wang:" + wangs, 0o660, "chmod 640"},
		"nobody":            {"# none\n", 0o600, "nobody is in it"},
		"no colon":          {"wang " + wangs, 0o600, "line 1: expected name:token"},
		"no name":           {":" + wangs, 0o600, "line 1: expected name:token"},
		"just long enough":  {"wang:secret-of-20-letters", 0o600, ""},
		"short":             {"wang:secret", 0o600, "line 1: the token of wang: expected at least 20 characters"},
		"spaces":            {"wang:" + wangs[:16] + " " + wangs[16:], 0o600, "without spaces"},
		"long name":         {strings.Repeat("w", 257) + ":" + wangs, 0o600, "longer than 256"},
		"same name":         {"wang:" + wangs + "\nwang:" + zhaos, 0o600, "line 2: wang is there twice"},
		"same token":        {"wang:" + wangs + "\nzhao:" + wangs, 0o600, "line 2: the token of zhao is another's"},
		"endless line":      {"wang:" + strings.Repeat("x", 1<<17), 0o600, "too long"},
		"readable by group": {"wang:" + wangs, 0o640, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "act.tokens")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			_, err := Load(path)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			case err != nil && strings.Contains(err.Error(), wangs[:16]):
				t.Errorf("a token is in the error: %v", err)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
