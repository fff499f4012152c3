package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"stationkeeper/kiosk/attendance"
	"stationkeeper/ui/glass"
)

// glassVariable names the Unix socket at which the kiosk tells what is on its screen, for programs that play customers;
// without it nothing is told. Whoever may open the socket sees what a customer types.
const glassVariable = "STATIONKEEPER_GLASS"

// glassView is what is told.
type glassView struct {
	// Screen is the name of what is shown, Private whether it shows what a customer typed.
	Screen  string        `json:"screen"`
	Private bool          `json:"private"`
	Things  []glass.Thing `json:"things"`
	// Width and Height are the window's, in pixels.
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
	// TextSize is that of ordinary text, in pixels, and Ink its colour.
	TextSize   float32 `json:"text_size"`
	Ink        string  `json:"ink"`
	Goroutines int     `json:"goroutines"`
}

// openGlass serves a screen at the socket that the environment names; end ends that.
func openGlass(canvas fyne.Canvas, screen attendance.Screen, log *slog.Logger) (end func(), err error) {
	path := os.Getenv(glassVariable)
	if path == "" {
		return func() {}, nil
	}
	// One that a killed kiosk has left behind.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", glassVariable, err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", glassVariable, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { tellGlass(w, r, canvas, screen) })
	mux.HandleFunc("GET /profile", profileCPU)
	mux.HandleFunc("GET /heap", func(w http.ResponseWriter, _ *http.Request) {
		runtime.GC()
		_ = pprof.Lookup("heap").WriteTo(w, 0) // whoever asks has gone
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("what is on the screen is told no more", "error", err)
		}
	}()
	log.Warn("what is on the screen is told to whoever opens a socket", "socket", path)
	return func() {
		if err := server.Close(); err != nil {
			log.Warn("end telling what is on the screen", "error", err)
		}
		<-done
	}, nil
}

func tellGlass(w http.ResponseWriter, r *http.Request, canvas fyne.Canvas, screen attendance.Screen) {
	seen := make(chan glassView, 1)
	fyne.Do(func() {
		scale := canvas.Scale()
		size := canvas.Size()
		look := fyne.CurrentApp().Settings().Theme()
		red, green, blue, _ := look.Color(theme.ColorNameForeground, theme.VariantLight).RGBA()
		seen <- glassView{Screen: screen.ScreenName(), Private: screen.Private(), Things: glass.Look(canvas.Content(), scale),
			Width: size.Width * scale, Height: size.Height * scale, Goroutines: runtime.NumGoroutine(),
			TextSize: look.Size(theme.SizeNameText) * scale, Ink: fmt.Sprintf("#%02x%02x%02x", red>>8, green>>8, blue>>8)}
	})
	select {
	case v := <-seen:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // whoever asks has gone
	case <-r.Context().Done():
	}
}

// profileCPU answers with a CPU profile of so many seconds.
func profileCPU(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
	if err == nil {
		err = pprof.StartCPUProfile(w)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer pprof.StopCPUProfile()
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(seconds*float64(time.Second)))
	defer cancel()
	<-ctx.Done()
}

// plainScreen is one that shows nothing of a customer.
type plainScreen string

func (plainScreen) Private() bool        { return false }
func (s plainScreen) ScreenName() string { return string(s) }
