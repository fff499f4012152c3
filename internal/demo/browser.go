package main

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/chromedp"
)

// openTab starts headless Chromium with one page of width × height pixels in a language. The context returned is that
// page; end closes the browser.
func openTab(ctx context.Context, width, height int64, language string) (tab context.Context, end context.CancelFunc, err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(patience), chromedp.Flag("lang", language), chromedp.Flag("hide-scrollbars", true),
		// Chromium's own sandbox refuses to run as root, which is who builds in containers.
		chromedp.Flag("no-sandbox", os.Geteuid() == 0),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(allocator)
	end = func() {
		endTab()
		endAllocator()
	}
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, height)); err != nil {
		end()
		return nil, nil, fmt.Errorf("start chromium: %w", err)
	}
	return tab, end, nil
}

// capture writes what the page shows to a file.
func capture(tab context.Context, path string) error {
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("take picture %s: %w", path, err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}
