package phone

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"time"
)

const (
	// Valid is how long a complaint's page can be used: until the same hour of the next day.
	Valid = 24 * time.Hour
	// ahead is how far a token may come from the future: a clock was put back meanwhile.
	ahead = 10 * time.Minute
	// most is how much can be sent with one token.
	most = 3
	// maxTokens bounds how many used tokens are remembered; when there are more, none is taken until one has expired.
	maxTokens = 10000
)

// A token is the time it was made at, in Unix seconds, a number that is not used twice, and a keyed hash of both: 32
// small letters and digits. Nothing of it is kept until something is sent with it.
const (
	sizeTime  = 4
	sizeNonce = 4
	sizeHash  = 12
)

var coding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Tokens makes the unguessable part of the address of a page on which a customer writes at leisure, and checks it. It is
// safe for concurrent use.
type Tokens struct {
	key []byte

	mu   sync.Mutex
	used map[string]use
}

// use is what was sent with a token.
type use struct {
	requests []string
	until    time.Time
}

// Why a token is refused.
var (
	errToken   = errors.New("not one of ours")
	errExpired = errors.New("expired")
	errUsedUp  = errors.New("used up")
)

// NewTokens makes tokens with the station's key: they are good after a restart too.
func NewTokens(key []byte) *Tokens { return &Tokens{key: key, used: map[string]use{}} }

// New is a new token, good for Valid from now on.
func (t *Tokens) New(now time.Time) string {
	raw := make([]byte, sizeTime+sizeNonce, sizeTime+sizeNonce+sizeHash)
	binary.BigEndian.PutUint32(raw, uint32(now.Unix()))
	_, _ = rand.Read(raw[sizeTime:]) // never fails, says crypto/rand
	return strings.ToLower(coding.EncodeToString(append(raw, t.hash(raw)...)))
}

func (t *Tokens) hash(raw []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte("complaint page\x00"))
	mac.Write(raw)
	return mac.Sum(nil)[:sizeHash]
}

// check tells until when a token is good, or why it is not.
func (t *Tokens) check(token string, now time.Time) (until time.Time, err error) {
	raw, err := coding.DecodeString(strings.ToUpper(token))
	if err != nil || len(raw) != sizeTime+sizeNonce+sizeHash || token != strings.ToLower(coding.EncodeToString(raw)) {
		return time.Time{}, errToken
	}
	if !hmac.Equal(raw[sizeTime+sizeNonce:], t.hash(raw[:sizeTime+sizeNonce])) {
		return time.Time{}, errToken
	}
	made := time.Unix(int64(binary.BigEndian.Uint32(raw)), 0)
	until = made.Add(Valid)
	if now.Before(made.Add(-ahead)) || !now.Before(until) {
		return until, errExpired
	}
	return until, nil
}

// take uses a token once more, for a request; the same request again uses nothing. giveBack is for one that was not
// carried out.
func (t *Tokens) take(token, request string, until, now time.Time) (giveBack func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.used[token]
	for _, before := range u.requests {
		if before == request {
			return func() {}, nil
		}
	}
	if len(u.requests) >= most || len(t.used) >= maxTokens && !t.forget(now) {
		return nil, errUsedUp
	}
	t.used[token] = use{requests: append(u.requests[:len(u.requests):len(u.requests)], request), until: until}
	return func() { t.release(token, request) }, nil
}

func (t *Tokens) release(token, request string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.used[token]
	var kept []string
	for _, one := range u.requests {
		if one != request {
			kept = append(kept, one)
		}
	}
	t.used[token] = use{requests: kept, until: u.until}
}

// forget drops the tokens that have expired, and reports whether there was one.
func (t *Tokens) forget(now time.Time) bool {
	before := len(t.used)
	for token, u := range t.used {
		if !now.Before(u.until) {
			delete(t.used, token)
		}
	}
	return len(t.used) < before
}
