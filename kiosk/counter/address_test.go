package counter

import (
	"net/http"
	"testing"
)

func TestAttemptsAreCountedByWhatAComputerCannotChoose(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4711":             "192.0.2.7",
		"[::ffff:192.0.2.7]:4711":    "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]:443":      "2001:db8:1:2::/64",
		"[fe80::1%eth0]:443":         "fe80::/64",
		"pipe":                       "pipe",
	} {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}}}
		if got := address(r); got != want {
			t.Errorf("%s counts as %s, want %s", remote, got, want)
		}
	}
}
