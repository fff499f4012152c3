package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"
)

// contender is one way to carry records.
type contender struct {
	name, note string
	// target is how many times as fast ours should be; nil for none.
	target *target
	run    func(ctx context.Context) (drained, error)
	// runs are what it did in each turn.
	runs []drained
}

func (c contender) rates() (rates []float64) {
	for _, d := range c.runs {
		rates = append(rates, d.rate())
	}
	return rates
}

func (c contender) rate() figure { return figure{Value: median(c.rates()), Unit: perSecond} }

// last is what it did in the last turn.
func (c contender) last() drained { return c.runs[len(c.runs)-1] }

// contenders are all ways, ours first.
func (b *bench) contenders() []contender {
	rival := func(way string, records int, listener bool) func(context.Context) (drained, error) {
		return func(ctx context.Context) (drained, error) {
			return b.rivalOnce(ctx, rivalTask{Way: way, Records: records}, listener)
		}
	}
	s := b.scale
	return []contender{
		{name: "ours", run: b.drainOnce},
		{name: "paho in memory, 100 records a message, 10 in flight, no subscriber", target: atLeastRatio(0.5),
			note: "records spelled as JSON as they are sent", run: rival(inMemory, s.Drain, false)},
		{name: "the same, to a subscriber that counts", run: rival(inMemory, s.Drain, true)},
		{name: "the same, JSON ready before, no subscriber", run: rival(inMemoryReady, s.Drain, false)},
		{name: "paho FileStore, a message per record, 100 in flight", target: atLeastRatio(5), note: "never flushes",
			run: rival(fileStore, s.FileStore, false)},
		{name: "autopaho's file queue, a message per record", note: "never flushes", run: rival(fileQueue, s.FileQueue, false)},
		{name: "mosquitto as a bridge, a message per record, after an outage", note: "on disk at its end only", run: b.bridgeOnce},
	}
}

// measureDrain lets all ways run by turns, several times, and compares medians.
func (b *bench) measureDrain(ctx context.Context) (rows []row, foot []string, err error) {
	all := b.contenders()
	for turn := range b.scale.Turns {
		for i := range all {
			b.say("drain, turn %d of %d: %s", turn+1, b.scale.Turns, all[i].name)
			d, err := all[i].run(ctx)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", all[i].name, err)
			}
			all[i].runs = append(all[i].runs, d)
		}
	}
	ours, others := all[0], all[1:]
	for _, c := range others {
		beside := c.rate()
		rows = append(rows, row{What: "against " + c.name, Got: ours.rate(), Beside: &beside, Target: c.target,
			Note: strings.TrimRight(fmt.Sprintf("of %s; %s", spell(float64(c.last().records)), c.note), "; ")})
	}
	b.noteMemory(ours.last())
	turns := fmt.Sprintf("The drain in %d turns, in each all ways in this order; medians are compared. Ours: %s records/s.",
		b.scale.Turns, spellAll(ours.rates()))
	return rows, []string{"", turns, breakdown("ours", ours.last()), breakdown("paho in memory", others[0].last()), bound(ours.last())}, nil
}

// noteMemory keeps what the programs held while draining, for the rows on memory.
func (b *bench) noteMemory(d drained) {
	for i, name := range d.names {
		if name != "mosquitto" {
			b.drainMemory = append(b.drainMemory, row{What: name + " while draining " + spell(float64(d.records)),
				Got: figure{Value: float64(d.memory[i]), Unit: bytesEach}})
		}
	}
}

func spellAll(values []float64) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += " / "
		}
		text += spell(v)
	}
	return text
}

// breakdown says what each process used per million records.
func breakdown(who string, d drained) string {
	text := fmt.Sprintf("CPU seconds per million records, %s:", who)
	millions := float64(d.records) / 1e6
	for i, name := range d.names {
		text += fmt.Sprintf(" %s %.1f,", name, d.used[i].CPU.Seconds()/millions)
	}
	cores := runtime.NumCPU()
	return text + fmt.Sprintf(" which is CPU for at most %s records/s on %d cores. Flushes of the disk per million, by whomever: %.0f.",
		spell(float64(d.records)*float64(cores)/d.cpu().Seconds()), cores, float64(d.disk.Flushes)/millions)
}

// bound names what keeps a drain from being faster: others on the machine, the cores, one program that has one of them to
// itself, the disk, or waiting for each other.
func bound(d drained) string {
	const nearly = 0.85
	share := func(t time.Duration) float64 { return t.Seconds() / d.took.Seconds() }
	busiest, most := "", 0.
	for i, u := range d.used {
		if share(u.CPU) > most {
			busiest, most = d.names[i], share(u.CPU)
		}
	}
	cores := float64(runtime.NumCPU())
	ours, others, disk := share(d.cpu()), max(0, share(d.machine-d.cpu())), share(d.disk.Busy)
	text := fmt.Sprintf("While draining, of %.0f cores it had %.2f (%s %.2f) and others on the machine %.2f; the disk was busy %.0f %% of the time. ",
		cores, ours, busiest, most, others, 100*disk)
	switch {
	case ours+others > nearly*cores && others > cores/4:
		return text + "The next limit is not to be seen: others took the CPU."
	case ours+others > nearly*cores:
		return text + "The next limit is CPU, most of it of " + busiest + "."
	case most > nearly:
		return text + "The next limit is one core, in " + busiest + "."
	case disk > nearly:
		return text + "The next limit is the disk."
	}
	return text + "The next limit is the way there and back: waiting for acknowledgements."
}
