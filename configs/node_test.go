package configs

import (
	"strings"
	"testing"
)

func TestUplink(t *testing.T) {
	got, err := LoadAgent(write(t, least+"uplink: {drain_kilobytes_per_second: 20}\n"), Overrides{})
	if err != nil || got.Uplink.DrainRate() != 20_000 {
		t.Errorf("20 kB/s are %d bytes per second, %v", got.Uplink.DrainRate(), err)
	}
	if got, err := LoadAgent(write(t, least), Overrides{}); err != nil || got.Uplink.DrainRate() != 0 {
		t.Errorf("by default %d bytes per second, %v; want no limit", got.Uplink.DrainRate(), err)
	}
	_, err = LoadAgent(write(t, least+"uplink:\n  drain_kilobytes_per_second: -1\n"), Overrides{})
	if want := ":4:31: uplink.drain_kilobytes_per_second: expected at least 0, got -1"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a negative rate: %v, want %s", err, want)
	}
}
