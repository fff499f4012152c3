package watch

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
)

// What the browser loads. assets/vendor is filled from npm before the build; a program built without it compiles,
// and New says what is missing.
//
//go:embed assets templates
var embedded embed.FS

// libraries are the files of assets/vendor without which the pages would not update.
var libraries = []string{"vendor/htmx.min.js", "vendor/hx-sse.min.js"}

// assets are the files the browser loads, under a path that changes whenever any of them does.
type assets struct {
	files fs.FS
	// build identifies what the pages are made of: files, templates and program version. A page of another build
	// loads itself anew when it meets this one.
	build string
}

// loadAssets checks that all files are there and names the build.
func loadAssets(version string) (assets, error) {
	files, err := fs.Sub(embedded, "assets")
	if err != nil {
		return assets{}, fmt.Errorf("watch: open embedded assets: %w", err)
	}
	for _, name := range libraries {
		if _, err := fs.Stat(files, name); errors.Is(err, fs.ErrNotExist) {
			return assets{}, fmt.Errorf("watch: %s is not in this program: run make assets, then build again", name)
		}
	}
	sum := sha256.New()
	io.WriteString(sum, version) // a hash never fails to take
	err = fs.WalkDir(embedded, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		return assets{}, fmt.Errorf("watch: read embedded assets: %w", err)
	}
	return assets{files: files, build: hex.EncodeToString(sum.Sum(nil)[:8])}, nil
}

// path is where the browser finds the file of that name.
func (a assets) path(name string) string { return "/assets/" + a.build + "/" + name }

func (a assets) handle(mux *http.ServeMux) {
	mux.HandleFunc("GET /assets/{build}/{name...}", func(rw http.ResponseWriter, r *http.Request) {
		if r.PathValue("build") == a.build {
			rw.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			rw.Header().Set("Cache-Control", "no-store") // a page of another build asks for what has moved on
		}
		name := r.PathValue("name")
		if entry, err := fs.Stat(a.files, name); err != nil || entry.IsDir() {
			rw.Header().Set("Cache-Control", "no-store")
			http.NotFound(rw, r)
			return
		}
		http.ServeFileFS(rw, r, a.files, name)
	})
	mux.HandleFunc("GET /favicon.ico", func(rw http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(rw, r, a.files, "icon.svg")
	})
}
