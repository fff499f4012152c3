package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// photograph takes pictures of what people watch: the board as a television shows it, the supervisor's page, head office's
// page of the station, and the touchscreen where there is one. The day goes on meanwhile.
func (s *playing) photograph(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("create the folder for the pictures: %w", err)
	}
	pictures := []struct {
		name, language, url string
		width, height       int64
	}{
		{"board.png", "zh", s.lobbyPage("/board"), 1920, 1080},
		{"headoffice.png", "en", s.office.url("/language/en?back=/stations/" + station), 1280, 1600},
		{"supervisor.png", "en", s.lobbyPage("/supervisor"), 1280, 720},
	}
	for _, p := range pictures {
		if err := photographPage(ctx, p.url, p.language, p.width, p.height, filepath.Join(folder, p.name)); err != nil {
			return err
		}
	}
	if s.screen == "" {
		return nil
	}
	return s.photographScreen(ctx, filepath.Join(folder, "kiosk.png"))
}

// photographPage takes a picture of a page once it has settled, as far as a page does on which customers come and go.
func photographPage(ctx context.Context, url, language string, width, height int64, file string) error {
	tab, end, err := openTab(ctx, width, height, language)
	if err != nil {
		return err
	}
	defer end()
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("open %s: %w", url, err)
	}
	return errors.Join(settle(tab), capture(tab, file))
}

// photographScreen takes a picture of the touchscreen, exactly its pixels.
func (s *playing) photographScreen(ctx context.Context, file string) error {
	// The page shows black until the first picture has come, and a bar and a notice of its own.
	const (
		shown = `(() => {
			const screen = document.querySelector("#noVNC_container canvas");
			return screen !== null && screen.width > 0 && screen.getContext("2d").getImageData(screen.width / 2, 20, 1, 1).data.slice(0, 3).some(c => c > 60);
		})()`
		bare = `for (const id of ["noVNC_control_bar_anchor", "noVNC_status"]) document.getElementById(id).style.display = "none"`
	)
	tab, end, err := openTab(ctx, screenWidth, screenHeight, "en")
	if err != nil {
		return err
	}
	defer end()
	if err := chromedp.Do(tab, chromedp.Navigate(s.screen+"?autoconnect=1&resize=off&quality=9"), chromedp.Poll[chromedp.Void](shown),
		chromedp.Evaluate[chromedp.Void](bare)); err != nil {
		return fmt.Errorf("look at the touchscreen: %w", err)
	}
	return errors.Join(settle(tab), capture(tab, file))
}
