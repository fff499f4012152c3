package main

import (
	"testing"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/queue"
)

func TestAClosedHallIsOneWithoutAnOpenService(t *testing.T) {
	var s hall.Snapshot
	s.Queue.Services = make([]queue.ServiceView, 2)
	if outside, _ := closed(s); !outside {
		t.Error("nothing is open")
	}
	s.Queue.Services[1].Open = true
	if outside, _ := closed(s); outside {
		t.Error("a service is open")
	}
}
