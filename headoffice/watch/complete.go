package watch

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// completeView says how complete the journals of a station's nodes are at head office.
type completeView struct {
	// Verdict sums up; Good is false while something is awaited.
	Verdict string
	Good    bool
	// Notices say what is going on: what is on its way, what has yet to be put in order.
	Notices []string
	Streams []streamView
}

// streamView is one stream of one journal.
type streamView struct {
	Node, Stream             string
	Through, Stored, Missing uint64
	// Past is true for a journal that the node has since replaced: nothing more will come of it.
	Past  bool
	Notes []note
}

// note is what is not usual about a stream. Tone is "" or "bad".
type note struct{ Tone, Text string }

// shownGaps is how many of the ranges that are missing are named.
const shownGaps = 4

// drawComplete gathers how complete a station's journals are.
func (w *watch) drawComplete(ctx context.Context, e eye, station store.Station, points []store.Point) (completeView, error) {
	all, err := w.Store.Progress(ctx)
	if err != nil {
		return completeView{}, err
	}
	all = slices.DeleteFunc(all, func(p store.Progress) bool { return p.Station != station.ID })
	losses, err := w.Store.Losses(ctx, station.ID)
	if err != nil {
		return completeView{}, err
	}
	replaced, err := w.Store.Latest(ctx, station.ID, []string{record.JournalReplaced}, latestEvents)
	if err != nil {
		return completeView{}, err
	}
	v := completeView{Notices: append(e.behind(station, points), e.unindexed(w.Stats().Unindexed)...)}
	var missing, lost uint64
	newest := 0 // where the newest journal of the stream goes; earlier ones follow it
	for i, p := range all {
		s := streamView{Node: p.Node, Stream: e.t("stream." + string(p.Stream)), Through: p.Through, Stored: p.Stored, Missing: p.Missing,
			Past: i+1 < len(all) && all[i+1].NodeKey == p.NodeKey && all[i+1].Stream == p.Stream}
		if i > 0 && all[i-1].NodeKey == p.NodeKey && all[i-1].Stream == p.Stream {
			s.Notes = append(s.Notes, e.began(p, replaced))
		} else {
			newest = i
		}
		if s.Past {
			s.Notes = append(s.Notes, note{Text: e.t("complete.past", short(p.Epoch))})
		} else {
			missing += p.Missing
		}
		lost += p.Lost
		if p.Missing > 0 {
			gaps, err := w.gaps(ctx, e, p)
			if err != nil {
				return completeView{}, err
			}
			s.Notes = append(s.Notes, note{"bad", gaps})
		}
		s.Notes = append(s.Notes, e.losses(p, losses)...)
		if p.Duplicates > 0 {
			s.Notes = append(s.Notes, note{Text: e.t("complete.again", p.Duplicates)})
		}
		v.Streams = slices.Insert(v.Streams, newest, s)
	}
	v.Good = missing == 0
	v.Verdict = e.verdict(missing, lost)
	return v, nil
}

func (l language) verdict(missing, lost uint64) string {
	switch {
	case missing > 0:
		return l.t("complete.some", missing)
	case lost > 0:
		return l.t("complete.without", lost)
	}
	return l.t("complete.all")
}

// pointBacklog is where a node says how many records have not reached head office.
const pointBacklog = "uplink/backlog"

// behind says which nodes still hold what head office does not have.
func (e eye) behind(station store.Station, points []store.Point) []string {
	var notices []string
	for _, p := range points {
		records, ok := p.Value.(float64)
		if p.Point != pointBacklog || !ok || records <= 0 {
			continue
		}
		key := "complete.draining"
		if !slices.ContainsFunc(station.Nodes, func(n store.Node) bool { return n.ID == p.Node && n.Online }) {
			key = "complete.waiting"
		}
		notices = append(notices, e.t(key, p.Node, number(records, ""), e.moment(p.Time).Text))
	}
	return notices
}

// unindexed says that not everything that is stored is shown yet.
func (l language) unindexed(records uint64) []string {
	if records == 0 {
		return nil
	}
	return []string{l.t("complete.indexing", records)}
}

// began says since when, and why, a node has a new journal.
func (e eye) began(p store.Progress, replaced []store.Record) note {
	i := slices.IndexFunc(replaced, func(r store.Record) bool { return r.Node == p.Node && r.Epoch == p.Epoch })
	if i < 0 {
		return note{Text: e.t("complete.epoch", short(p.Epoch))}
	}
	r := replaced[i]
	said := note{Text: e.t("complete.began", short(p.Epoch), e.moment(r.Placed).Text, e.tell(r.Record).Detail)}
	if decode[record.JournalReplacedData](r).Missing > 0 {
		said.Tone = "bad"
	}
	return said
}

// short is as much of an epoch as people need to tell it from another.
func short(epoch string) string { return epoch[:min(8, len(epoch))] }

// gaps names what is missing of a stream.
func (w *watch) gaps(ctx context.Context, e eye, p store.Progress) (string, error) {
	ack, err := w.Store.Ack(ctx, p.NodeKey, p.Epoch, p.Stream)
	if err != nil {
		return "", err
	}
	var ranges []string
	for _, g := range ack.Again[:min(len(ack.Again), shownGaps)] {
		ranges = append(ranges, span(g.First, g.Last))
	}
	if len(ack.Again) > shownGaps {
		ranges = append(ranges, "…")
	}
	return e.t("complete.gaps", strings.Join(ranges, ", ")), nil
}

// span spells a range of seqs.
func span(first, last uint64) string {
	if first == last {
		return strconv.FormatUint(first, 10)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

// losses says what of a stream is not to come, and why.
func (e eye) losses(p store.Progress, all []store.Loss) []note {
	var notes []note
	for _, l := range all {
		if l.NodeKey != p.NodeKey || l.Epoch != p.Epoch || l.Stream != p.Stream {
			continue
		}
		where := span(l.First, l.Last)
		if l.Ranges > 1 {
			where = e.t("lost.ranges", where, l.Ranges)
		}
		if l.Reason == record.ReasonEarlier {
			notes = append(notes, note{Text: e.t("lost.earlier", where)})
			continue
		}
		records := min(l.Records, p.Lost) // some may have come after all
		if records == 0 {
			continue
		}
		reason := e.t("lost.other", l.Reason)
		if key := "lost." + l.Reason; e.has(key) {
			reason = e.t(key)
		}
		notes = append(notes, note{"bad", e.t("lost.told", records, reason, where, e.moment(l.Received).Text)})
	}
	return notes
}
