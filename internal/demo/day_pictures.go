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
	return photographPage(ctx, s.screen, "en", screenWidth, screenHeight, filepath.Join(folder, "kiosk.png"))
}

// photographPage takes a picture of a page once it has settled, as far as a page does on which customers come and go.
func photographPage(ctx context.Context, url, language string, width, height int64, file string) (err error) {
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
