package main

import (
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/forecast"
)

// forecaster is the station's own predictor. It tells a customer only what it can promise; where it promises nothing, it is
// scored by the mean of the last ten waits, so that silence neither helps nor hides.
type forecaster struct {
	model    *forecast.Model
	fallback *lastTen
}

func ours(rules queue.Rules) contestant {
	return contestant{name: "forecast", ours: true, predictor: &forecaster{
		model:    forecast.New(forecast.Options{Zone: rules.Calendar.Zone, Rules: rules}),
		fallback: &lastTen{},
	}}
}

func (f *forecaster) Learn(after queue.Snapshot, r record.Record) {
	f.model.Learn(after, r)
	f.fallback.Learn(after, r)
}

func (f *forecaster) Predict(s queue.Snapshot, c customer) prediction {
	q := f.model.NewCustomer(s, c.service, c.class)
	if !q.Known {
		return f.fallback.Predict(s, c)
	}
	return prediction{wait: q.Expected, low: q.Low, high: q.High, promised: true}
}
