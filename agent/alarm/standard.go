package alarm

import "time"

// ASHRAE are the rules of the ASHRAE TC 9.9 "Thermal Guidelines for Data Processing Environments" for a temperature in
// °C or a humidity in %RH at the inlet of class A1 equipment; none for another unit.
//
//   - recommended 18 to 27 °C: outside of it is minor;
//   - allowable for class A1 15 to 32 °C: outside of it is major;
//   - recommended up to 60 %RH, allowable for class A1 8 to 80 %RH;
//   - no more than 5 °C in 15 minutes, which is 20 °C an hour: rising faster is major.
//
// The recommended range of dew points (5.5 to 15 °C, in the fifth edition −9 to 15 °C) cannot be watched at a humidity
// alone.
func ASHRAE(p Point) []Rule {
	switch p.Unit {
	case "°C":
		return append(band(p.Name, 18, 27, 15, 32, 0.5), common(p.Name)...)
	case "%RH":
		return append([]Rule{
			limit(p.Name, "damp", Above, 60, 3, Minor),
			limit(p.Name, "too damp", Above, 80, 3, Major),
			limit(p.Name, "too dry", Below, 8, 2, Major),
		}, silent(p.Name))
	}
	return nil
}

// GB50174 are the rules of GB 50174-2017, Code for design of data centers, appendix A (technical requirements of all
// grades), which section 5.1.1 sends to when the equipment's own requirements are not known: cold aisle or air inlet of
// cabinets 18 to 27 °C, dew point 5.5 to 15 °C and at the same time at most 60 %RH, change of less than 20 °C an hour (5 °C
// with tapes). It knows no second, wider range; major is here 5 °C beyond the first, which above is ASHRAE's class A1.
func GB50174(p Point) []Rule {
	switch p.Unit {
	case "°C":
		return append(band(p.Name, 18, 27, 13, 32, 0.5), common(p.Name)...)
	case "%RH":
		return []Rule{limit(p.Name, "damp", Above, 60, 3, Minor), silent(p.Name)}
	}
	return nil
}

// band is a range, and a wider one that is worse to leave.
func band(point string, low, high, tooLow, tooHigh, hysteresis float64) []Rule {
	return []Rule{
		limit(point, "warm", Above, high, hysteresis, Minor),
		limit(point, "too warm", Above, tooHigh, hysteresis, Major),
		limit(point, "cold", Below, low, hysteresis, Minor),
		limit(point, "too cold", Below, tooLow, hysteresis, Major),
	}
}

// common are the rules of every temperature: it may rise fast or drift, and its sensor fall silent.
func common(point string) []Rule {
	return []Rule{
		{Point: point, Name: "rises fast", Kind: KindRate, Side: Above, Limit: 20, Hysteresis: 10, Window: 15 * time.Minute, Level: Major},
		{Point: point, Name: "drift", Kind: KindDrift, Level: Minor},
		silent(point),
	}
}

func silent(point string) Rule {
	return Rule{Point: point, Name: "silent", Kind: KindQuality, Silent: 10 * time.Minute, Level: Minor}
}

func limit(point, name string, side Side, limit, hysteresis float64, level Level) Rule {
	return Rule{Point: point, Name: name, Kind: KindLimit, Side: side, Limit: limit, Hysteresis: hysteresis,
		RaiseAfter: 2 * time.Minute, ClearAfter: 5 * time.Minute, Level: level}
}
