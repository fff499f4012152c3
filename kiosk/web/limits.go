package web

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// How often one address may ask for customers' own pages. The telephones in the hall may share one, so it is far above what one
// of them needs, and far below what guessing a secret would.
const (
	burst     = 200
	perSecond = 20
	// maxAddresses bounds what is remembered.
	maxAddresses = 4096
)

// Limits gives each address a bucket of requests that fills with time.
type Limits struct {
	mu      sync.Mutex
	buckets map[netip.Prefix]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func (b bucket) fill(now time.Time) bucket {
	elapsed := now.Sub(b.at).Seconds()
	if elapsed <= 0 {
		return b
	}
	return bucket{left: min(burst, b.left+elapsed*perSecond), at: now}
}

// NewLimits returns one in which every bucket is full.
func NewLimits() *Limits { return &Limits{buckets: map[netip.Prefix]bucket{}} }

// allow takes one request from an address's bucket, unless it is empty.
func (l *Limits) allow(from netip.Prefix, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[from]
	if !known {
		if len(l.buckets) >= maxAddresses && !l.forget(now) {
			return false
		}
		b = bucket{left: burst, at: now}
	}
	b = b.fill(now)
	if b.left < 1 {
		l.buckets[from] = b
		return false
	}
	b.left--
	l.buckets[from] = b
	return true
}

// forget drops the addresses whose buckets are full again: they are as good as new. It reports whether there was one.
func (l *Limits) forget(now time.Time) bool {
	before := len(l.buckets)
	for from, b := range l.buckets {
		if b.fill(now).left >= burst {
			delete(l.buckets, from)
		}
	}
	return len(l.buckets) < before
}

// Limited refuses an address that asks too often. What it serves is for customers, and not for search engines.
func (l *Limits) Limited(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Robots-Tag", "noindex")
		if !l.allow(addressOf(r), time.Now()) {
			w.Header().Set("Retry-After", "10")
			Refuse(w, http.StatusTooManyRequests, "too-many", "too many requests from this address; wait a little")
			return
		}
		next(w, r)
	})
}

// addressOf is where a request comes from. One customer may have all addresses of an IPv6 network of 64 bits.
func addressOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{} // all that have none share one
	}
	address = address.Unmap().WithZone("")
	bits := 64
	if address.Is4() {
		bits = 32
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
