package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	l, now := NewLimits(), time.Unix(1000, 0)
	one, other := netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.2/32")
	for i := range burst {
		if !l.allow(one, now) {
			t.Fatalf("refused at %d", i)
		}
	}
	if l.allow(one, now) || l.allow(one, now.Add(-time.Hour)) {
		t.Error("allowed beyond the burst")
	}
	if !l.allow(other, now) {
		t.Error("another address is refused for the first")
	}
	now = now.Add(time.Second)
	for i := range perSecond {
		if !l.allow(one, now) {
			t.Fatalf("refused at %d of the next second", i)
		}
	}
	if l.allow(one, now) {
		t.Error("allowed beyond the next second")
	}
}

func TestLimitsAreBounded(t *testing.T) {
	l, now := NewLimits(), time.Unix(1000, 0)
	address := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)
	}
	for i := range maxAddresses {
		l.allow(address(i), now)
	}
	if l.allow(address(maxAddresses), now) {
		t.Error("one more address is remembered")
	}
	if !l.allow(address(3), now) {
		t.Error("an address that is known is refused")
	}
	if !l.allow(address(maxAddresses), now.Add(time.Minute)) || len(l.buckets) > maxAddresses {
		t.Error("addresses that were quiet keep others out")
	}
}

func TestAddressOf(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:1234":          "192.0.2.7/32",
		"[::ffff:192.0.2.7]:1234": "192.0.2.7/32",
		"[2001:db8:1:2:3::4]:80":  "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":       "fe80::/64",
		"pipe":                    "invalid Prefix",
	} {
		if got := fmt.Sprint(addressOf(&http.Request{RemoteAddr: remote})); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}
