package display

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xproto"
)

// Output is a socket that a display can be plugged into.
type Output struct {
	Name string // as the server calls it, such as "HDMI-1"
	// Connected tells whether a display is plugged in. The others are known of one that shows something.
	Connected, Primary bool
	// X and Y are where on the screen its upper left corner is; it is Width by Height pixels.
	X, Y, Width, Height int
	// WidthMM and HeightMM are its size, as far as it says; 0 is not known.
	WidthMM, HeightMM int
}

// Shows tells whether a part of the screen is shown there.
func (o Output) Shows() bool { return o.Connected && o.Width > 0 && o.Height > 0 }

// Same tells whether two of them show a part of the screen in common, as a server does that was told nothing of a second
// display: a board there would cover what customers touch.
func Same(outputs []Output) bool {
	for i, a := range outputs {
		for _, b := range outputs[i+1:] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				return true
			}
		}
	}
	return false
}

// Outputs lists them, those that show something first: the primary, and the others from left to right. A server that
// knows of no outputs has one, "screen".
func (d *Display) Outputs() ([]Output, error) {
	if !d.randr {
		s := d.screen
		return []Output{{Name: "screen", Connected: true, Primary: true, Width: int(s.WidthInPixels), Height: int(s.HeightInPixels),
			WidthMM: int(s.WidthInMillimeters), HeightMM: int(s.HeightInMillimeters)}}, nil
	}
	resources, err := randr.GetScreenResourcesCurrent(d.x, d.screen.Root).Reply()
	if err != nil {
		return nil, fmt.Errorf("list outputs: %w", err)
	}
	primary, err := randr.GetOutputPrimary(d.x, d.screen.Root).Reply()
	if err != nil {
		return nil, fmt.Errorf("ask for the primary output: %w", err)
	}
	var outputs []Output
	for _, id := range resources.Outputs {
		o, err := d.output(id, resources.ConfigTimestamp)
		if err != nil {
			return nil, err
		}
		o.Primary = id == primary.Output
		outputs = append(outputs, o)
	}
	slices.SortStableFunc(outputs, func(a, b Output) int {
		return cmp.Or(-truth(a.Shows(), b.Shows()), -truth(a.Primary, b.Primary), cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	return outputs, nil
}

// truth compares, false being less.
func truth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (d *Display) output(id randr.Output, at xproto.Timestamp) (Output, error) {
	info, err := randr.GetOutputInfo(d.x, id, at).Reply()
	if err != nil {
		return Output{}, fmt.Errorf("ask about an output: %w", err)
	}
	o := Output{Name: string(info.Name), Connected: info.Connection == randr.ConnectionConnected, WidthMM: int(info.MmWidth), HeightMM: int(info.MmHeight)}
	if info.Crtc == 0 {
		return o, nil
	}
	part, err := randr.GetCrtcInfo(d.x, info.Crtc, at).Reply()
	if err != nil {
		return Output{}, fmt.Errorf("ask what output %s shows: %w", o.Name, err)
	}
	o.X, o.Y, o.Width, o.Height = int(part.X), int(part.Y), int(part.Width), int(part.Height)
	return o, nil
}

// Shown lists the outputs that show something, in the order of Outputs.
func (d *Display) Shown() ([]Output, error) {
	outputs, err := d.Outputs()
	return slices.DeleteFunc(outputs, func(o Output) bool { return !o.Shows() }), err
}
