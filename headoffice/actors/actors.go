// Package actors knows who may act through head office: give commands and change what stations go by. Each has a name,
// under which every act is kept, and a secret token.
package actors

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Actors are those who may act. Nobody may when it is nil.
type Actors struct {
	all []actor
	// slow has room for as many wrong tokens as are answered at a time.
	slow chan struct{}
	// pause is how long the answer to a wrong token takes.
	pause time.Duration
}

type actor struct {
	name   string
	digest [sha256.Size]byte
}

const (
	// leastToken is how long a token is at least: what `openssl rand -hex 16` gives has 32 characters.
	leastToken = 20
	// wrongPause and wrongAtOnce bound how fast tokens can be tried: two a second.
	wrongPause  = time.Second
	wrongAtOnce = 2
)

// ErrWrong is returned for a token that is nobody's.
var ErrWrong = errors.New("the token is not known")

// Load reads actors from a file that none but its owner and its group may read, and only the owner may write. Each line
// is a name, a colon and a token; empty lines and those that begin with # are left out.
func Load(path string) (*Actors, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("tokens of those who may act: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return nil, fmt.Errorf("tokens of those who may act: %s may be read or changed by others (mode %#o): chmod 640 %s, or 600", path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokens of those who may act: %w", err)
	}
	a, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("tokens of those who may act: %s: %w", path, err)
	}
	return a, nil
}

// parse reads the lines of a file. Its errors never contain a token.
func parse(text []byte) (*Actors, error) {
	a := &Actors{slow: make(chan struct{}, wrongAtOnce), pause: wrongPause}
	names, digests := map[string]bool{}, map[[sha256.Size]byte]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, token, found := strings.Cut(line, ":")
		name, token = strings.TrimSpace(name), strings.TrimSpace(token)
		digest := sha256.Sum256([]byte(token))
		switch {
		case !found || name == "":
			return nil, fmt.Errorf("line %d: expected name:token", n)
		case len(name) > 256:
			return nil, fmt.Errorf("line %d: the name is longer than 256 bytes", n)
		case len(token) < leastToken || strings.ContainsAny(token, " \t"):
			return nil, fmt.Errorf("line %d: the token of %s: expected at least %d characters without spaces, such as from: openssl rand -hex 16", n, name, leastToken)
		case names[name]:
			return nil, fmt.Errorf("line %d: %s is there twice", n, name)
		case digests[digest]:
			return nil, fmt.Errorf("line %d: the token of %s is another's as well", n, name)
		}
		names[name], digests[digest] = true, true
		a.all = append(a.all, actor{name, digest})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(a.all) == 0 {
		return nil, errors.New("nobody is in it: expected lines of name:token")
	}
	return a, nil
}

// Who returns the name of the one whose token it is. A wrong token is answered late, with ErrWrong.
func (a *Actors) Who(ctx context.Context, token string) (string, error) {
	digest := sha256.Sum256([]byte(token))
	name, known := "", 0
	for _, one := range a.all {
		if same := subtle.ConstantTimeCompare(one.digest[:], digest[:]); same == 1 {
			name, known = one.name, 1
		}
	}
	if known == 1 {
		return name, nil
	}
	select {
	case a.slow <- struct{}{}:
	case <-ctx.Done():
		return "", ErrWrong
	}
	defer func() { <-a.slow }()
	timer := time.NewTimer(a.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return "", ErrWrong
}
