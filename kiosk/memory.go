package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stationkeeper/internal/datadir"
)

// Files in the data folder besides the journal.
const (
	memoryName = "kiosk.json" // what was learnt of waiting times
	keyName    = "kiosk.key"  // what makes tickets' pages and log-ins unguessable
)

// memory is a file of the data folder.
type memory string

func (m memory) Load() ([]byte, error) {
	text, err := os.ReadFile(string(m))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (m memory) Save(text []byte) error { return datadir.Replace(string(m), text) }

const keyLength = 32

// readKey is the kiosk's own key. It is made at the first start; without the file, the pages of tickets already printed
// are gone, and everybody has to log in again.
func readKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, keyName)
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == keyLength:
		return key, nil
	case err == nil:
		return nil, fmt.Errorf("read the kiosk's key %s: it has %d bytes instead of %d; remove it, and a new one is made", path, len(key), keyLength)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the kiosk's key: %w", err)
	}
	key = make([]byte, keyLength)
	rand.Read(key) // never fails
	if err := datadir.Replace(path, key); err != nil {
		return nil, fmt.Errorf("make the kiosk's key: %w", err)
	}
	return key, nil
}
