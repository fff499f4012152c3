package display

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/jezek/xgb/xproto"
)

// ErrNoWindow is wrapped when there is no such window, or it is not on the screen.
var ErrNoWindow = errors.New("no such window on the screen")

// find is the window of this process with a title. A window that does not say whose it is counts as this process's.
func (d *Display) find(title string) (xproto.Window, error) {
	names := map[string]xproto.Atom{}
	for _, name := range []string{"_NET_WM_NAME", "_NET_WM_PID"} {
		atom, err := xproto.InternAtom(d.x, false, uint16(len(name)), name).Reply()
		if err != nil {
			return 0, fmt.Errorf("look for the window %q: %w", title, err)
		}
		names[name] = atom.Atom
	}
	s := search{Display: d, title: title, name: names["_NET_WM_NAME"], pid: names["_NET_WM_PID"]}
	if found := s.below(d.screen.Root, 3); found != 0 {
		return found, nil
	}
	return 0, fmt.Errorf("look for the window %q: %w", title, ErrNoWindow)
}

type search struct {
	*Display
	title     string
	name, pid xproto.Atom
}

// below looks at what is in a window, and so deep: window managers put windows into frames. A window that goes away
// meanwhile is not the one.
func (s search) below(w xproto.Window, deep int) xproto.Window {
	tree, err := xproto.QueryTree(s.x, w).Reply()
	if err != nil || deep == 0 {
		return 0
	}
	for _, child := range tree.Children {
		if s.is(child) {
			return child
		}
		if found := s.below(child, deep-1); found != 0 {
			return found
		}
	}
	return 0
}

func (s search) is(w xproto.Window) bool {
	attributes, err := xproto.GetWindowAttributes(s.x, w).Reply()
	if err != nil || attributes.MapState != xproto.MapStateViewable || s.property(w, s.name) != s.title && s.property(w, xproto.AtomWmName) != s.title {
		return false
	}
	owner := s.property(w, s.pid)
	return len(owner) != 4 || int(binary.LittleEndian.Uint32([]byte(owner))) == os.Getpid()
}

func (s search) property(w xproto.Window, name xproto.Atom) string {
	const most = 64 // words of 4 bytes
	p, err := xproto.GetProperty(s.x, false, w, name, xproto.GetPropertyTypeAny, 0, most).Reply()
	if err != nil {
		return ""
	}
	return string(p.Value)
}

// Place makes this process's window with a title cover an output, as long as no window manager decides otherwise.
func (d *Display) Place(title string, on Output) error {
	w, err := d.find(title)
	if err != nil {
		return err
	}
	const where = xproto.ConfigWindowX | xproto.ConfigWindowY | xproto.ConfigWindowWidth | xproto.ConfigWindowHeight
	if err := xproto.ConfigureWindowChecked(d.x, w, where,
		[]uint32{uint32(int32(on.X)), uint32(int32(on.Y)), uint32(on.Width), uint32(on.Height)}).Check(); err != nil {
		return fmt.Errorf("put the window %q on output %s: %w", title, on.Name, err)
	}
	return nil
}

// Focus gives the keyboard to this process's window with a title, where no window manager decides who has it; given tells
// that another window had it, or none. A scanner that is wired like a keyboard types into nothing else.
func (d *Display) Focus(title string) (given bool, err error) {
	managed, err := d.managed()
	if managed || err != nil {
		return false, err
	}
	w, err := d.find(title)
	if err != nil {
		return false, err
	}
	has, err := xproto.GetInputFocus(d.x).Reply()
	if err == nil && has.Focus == w {
		return false, nil
	}
	if err == nil {
		err = xproto.SetInputFocusChecked(d.x, xproto.InputFocusPointerRoot, w, xproto.TimeCurrentTime).Check()
	}
	if err != nil {
		return false, fmt.Errorf("give the keyboard to the window %q: %w", title, err)
	}
	return true, nil
}

// managed tells whether there is a window manager: by a window that says of itself what the root says of it (Extended
// Window Manager Hints 1.5, _NET_SUPPORTING_WM_CHECK). A manager that has ended leaves the root's word behind.
func (d *Display) managed() (bool, error) {
	const name = "_NET_SUPPORTING_WM_CHECK"
	atom, err := xproto.InternAtom(d.x, false, uint16(len(name)), name).Reply()
	if err != nil {
		return false, fmt.Errorf("look for a window manager: %w", err)
	}
	s := search{Display: d}
	check := s.property(d.screen.Root, atom.Atom)
	if len(check) != 4 {
		return false, nil
	}
	return s.property(xproto.Window(binary.LittleEndian.Uint32([]byte(check))), atom.Atom) == check, nil
}
