package theme

import (
	"embed"
	"fmt"

	"fyne.io/fyne/v2"
)

// fonts is the folder and not its fonts alone: a fresh clone, where they have not been made yet, has to compile.
//
//go:embed fonts
var fonts embed.FS

func font(name string) (fyne.Resource, error) {
	content, err := fonts.ReadFile("fonts/" + name)
	if err != nil {
		return nil, fmt.Errorf("the screen's font %s was not there when this program was built: run make assets and build again", name)
	}
	return fyne.NewStaticResource(name, content), nil
}
