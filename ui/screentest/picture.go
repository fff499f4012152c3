package screentest

import (
	"errors"
	"fmt"
	"image/png"
	"os"

	"fyne.io/fyne/v2"
)

// Picture draws what is on a canvas into a PNG file.
func Picture(c fyne.Canvas, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("draw the screen: %w", err)
	}
	return errors.Join(png.Encode(file, c.Capture()), file.Close())
}
