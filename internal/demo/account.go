package main

import (
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/internal/record"
)

// alarm is one alarm from its beginning to its end.
type alarm struct {
	Raised time.Time
	// Cleared is zero when the alarm still stood at the end.
	Cleared time.Time
	Source  string
	Value   float64 // that raised it
	Limit   float64
	Unit    string
}

// alarms pairs the beginnings and ends of alarms in events, by source and serial number.
func alarms(events []stored) ([]alarm, error) {
	type key struct {
		source string
		serial uint64
	}
	var found []alarm
	at := map[key]int{}
	for _, e := range events {
		if e.Type != record.AlarmRaised && e.Type != record.AlarmCleared {
			continue
		}
		var data record.AlarmData
		if err := decode(e, &data); err != nil {
			return nil, err
		}
		k := key{e.Source, data.Serial}
		if e.Type == record.AlarmRaised {
			at[k] = len(found)
			found = append(found, alarm{Raised: e.Time, Source: e.Source, Value: data.Value, Limit: data.Limit, Unit: data.Unit})
		} else if i, ok := at[k]; ok {
			found[i].Cleared = e.Time
		} else {
			return nil, fmt.Errorf("alarm %d of %s was cleared at %s without having been raised", data.Serial, e.Source, e.Time)
		}
	}
	return found, nil
}

// visits is what became of the customers.
type visits struct {
	Issued, Served, Left int
	// MeanServed and MeanLeft are the mean waits of those served and of those who left.
	MeanServed, MeanLeft time.Duration
}

// countVisits adds up the tickets in events.
func countVisits(events []stored) (visits, error) {
	var v visits
	var served, left float64 // seconds
	for _, e := range events {
		switch e.Type {
		case record.TicketIssued:
			v.Issued++
		case record.TicketServed:
			var data record.TicketServedData
			if err := decode(e, &data); err != nil {
				return visits{}, err
			}
			v.Served++
			served += data.Wait
		case record.TicketLeft:
			var data record.TicketLeftData
			if err := decode(e, &data); err != nil {
				return visits{}, err
			}
			v.Left++
			left += data.Wait
		}
	}
	v.MeanServed, v.MeanLeft = mean(served, v.Served), mean(left, v.Left)
	return v, nil
}

func mean(seconds float64, n int) time.Duration {
	if n == 0 {
		return 0
	}
	return time.Duration(seconds / float64(n) * float64(time.Second))
}

func decode(e stored, into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("read data of %s, seq %d of %s: %w", e.Type, e.Seq, e.Node, err)
	}
	return nil
}
