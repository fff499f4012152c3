package main

import (
	"context"
	"fmt"
	"math"

	"stationkeeper/internal/record"
	"stationkeeper/sensors/hil/hands"
)

// chips are the sensors on the room's I²C bus, each with what its datasheet says of its registers.
func chips() []hands.Step {
	var steps []hands.Step
	set := func(format string, a ...any) {
		steps = append(steps, hands.Step{Path: bus, Text: fmt.Sprintf(format, a...)})
	}
	words := func(address int, registers map[int]int) {
		for register, value := range registers {
			set("0x%02x word %d 0x%04x", address, register, value)
		}
	}
	bytes := func(address, from int, values ...int) {
		for i, value := range values {
			set("0x%02x byte 0x%02x 0x%02x", address, from+i, value)
		}
	}
	// TMP102, SBOS397H, tables 6-6 and 6-8: sixteenths of 1 °C in the upper twelve bits, what it says of itself.
	words(0x48, map[int]int{0: 0x1980, 1: 0x60a0})
	// MCP9808, DS25095A, registers 5-4 to 5-6: sixteenths of 1 °C below flags, who made it, which it is.
	words(0x18, map[int]int{5: 0xc194, 6: 0x0054, 7: 0x0400})
	// BME280, BST-BME280-DS002 revision 1.6, tables 16 and 18. The numbers of its temperature and pressure are those by
	// which the BMP280's datasheet explains how to reckon with them: 25.08 °C.
	bytes(0x76, 0xd0, 0x60)
	bytes(0x76, 0x88, little(27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)...)
	bytes(0x76, 0xa1, 75)
	bytes(0x76, 0xe1, 0x6a, 0x01, 0x00, 0x14, 0x21, 0x03, 0x1e)
	bytes(0x76, 0xf7, 0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x75, 0x30)
	return steps
}

// little spells numbers of 16 bits, the low byte first.
func little(numbers ...int) []int {
	var bytes []int
	for _, n := range numbers {
		bytes = append(bytes, n&0xff, n>>8&0xff)
	}
	return bytes
}

// readAll waits until head office shows what every thermometer measures.
func readAll(ctx context.Context, s *station) (string, error) {
	const tells = 0.01
	for point, celsius := range map[string]float64{temperature: 25.5, "cabinet/temperature": 25.25, "ceiling/temperature": 25.08, rack: 21.5} {
		_, err := s.office.point(ctx, point, func(p shown) bool {
			value, ok := p.Value.(float64)
			return ok && p.Quality == record.Good && p.Unit == "°C" && math.Abs(value-celsius) <= tells
		})
		if err != nil {
			return "", fmt.Errorf("want %g °C: %w", celsius, err)
		}
	}
	p, err := s.office.point(ctx, "ceiling/humidity", func(p shown) bool { return p.Quality == record.Good && p.Unit == "%RH" })
	return fmt.Sprintf("TMP102 25.5 °C, MCP9808 25.25 °C, BME280 25.08 °C and %.1f %%RH, DS18B20 21.5 °C", p.Value), err
}
