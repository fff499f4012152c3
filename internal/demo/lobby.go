package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	product "stationkeeper/internal/programs"
	"stationkeeper/kiosk/printer/virtual"
)

// What the demonstration's lobby goes by besides the defaults; relative to the module's root.
const (
	pricesAndPledge = "configs/information.example.json"
	lobbyFonts      = "ui/theme/fonts"
)

// The demonstration's staff, all with the same PIN. Its hash is by `kiosk staff hash`.
const (
	staffPIN  = "2468"
	staffList = `{"staff":[
  {"number":"1001","name":"赵敏","role":"supervisor","pin":%[1]q},
  {"number":"1007","name":"王芳","role":"clerk","pin":%[1]q},
  {"number":"1012","name":"李强","role":"reception","pin":%[1]q}
]}`
	staffHash = "$argon2id$v=19$m=8192,t=2,p=1$aMPZ4GonG16+j5qpv3ksdw$40QDymMqzkwxgUdILjJrgm1rlHKqkGWt1CR+pumIzac"
)

// lobby is what stands in the demonstration's lobby besides the kiosk: a printer whose tickets are pictures.
type lobby struct {
	printer string // host:port
	tickets string // folder
}

// openLobby starts the printer; it ends with the crew.
func openLobby(c *crew, dir string) (lobby, error) {
	l := lobby{tickets: filepath.Join(dir, "tickets")}
	if err := os.MkdirAll(l.tickets, 0o700); err != nil {
		return l, fmt.Errorf("create the folder of the tickets: %w", err)
	}
	peer, err := virtual.New(virtual.Options{Speed: 150, Regular: font("lobby-regular.otf"), Bold: font("lobby-bold.otf")})
	if err != nil {
		return l, fmt.Errorf("make the printer: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return l, fmt.Errorf("plug the printer in: %w", err)
	}
	l.printer = listener.Addr().String()
	peer.OnPiece(func(p virtual.Piece) {
		if len(p.Lines) > 0 { // no ticket is without words
			_ = l.keep(p) // a picture of a demonstration
		}
	})
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { peer.ServeTCP(ctx, listener) })
	c.afterwards.Add("the printer", func() error {
		stop()
		serving.Wait()
		peer.Close()
		return nil
	})
	return l, nil
}

// font is one that make assets has made; without it characters are boxes.
func font(name string) []byte {
	content, err := os.ReadFile(filepath.Join(lobbyFonts, name))
	if err != nil {
		return nil
	}
	return content
}

// keep saves a ticket as a picture, the latest as latest.png.
func (l lobby) keep(p virtual.Piece) (err error) {
	file, err := os.CreateTemp(l.tickets, "new-*")
	if err != nil {
		return err
	}
	err = errors.Join(png.Encode(file, p.Picture), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	name := filepath.Join(l.tickets, time.Now().Format("20060102-150405.000")+".png")
	latest := filepath.Join(l.tickets, "latest.png")
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	if err := os.Remove(latest); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Link(name, latest)
}

// lobbyConfig configures a kiosk with its standard services, the printer, and telephones that reach it.
func lobbyConfig(headless bool, l lobby, pages string) string {
	return kioskWindow(headless) + fmt.Sprintf(`printer: {url: "tcp://%s", footer_zh: 过号请重新取号, footer_en: Please take a new ticket if you miss your call}
board: {address: "http://%s"}
information_file: %q
notices:
  - {id: weekend, zh: 本周六照常营业, en: Open this Saturday}
`, l.printer, pages, pricesAndPledge)
}

// morning gives the kiosk what head office would have sent it: who works there, unless anybody may, and who comes today.
func (d *demonstration) morning(ctx context.Context, staffed bool) error {
	type appointment struct {
		ID      string    `json:"id"`
		Service string    `json:"service"`
		At      time.Time `json:"at"`
		Name    string    `json:"name"`
		Code    string    `json:"code"`
		Phone   string    `json:"phone"`
	}
	soon := time.Now().Add(20 * time.Minute).Truncate(10 * time.Minute)
	list := struct {
		Appointments []appointment `json:"appointments"`
	}{[]appointment{
		{"a1", "new-service", soon, "王**", "KX72", "1234"},
		{"a2", "repair", soon.Add(10 * time.Minute), "李*", "PM35", "1234"},
		{"a3", "payment", soon.Add(20 * time.Minute), "陈**", "TD48", "5678"},
	}}
	coming, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("list those who come today: %w", err)
	}
	documents := map[string]json.RawMessage{"appointments": coming}
	if staffed {
		documents["staff"] = json.RawMessage(fmt.Sprintf(staffList, staffHash))
	}
	desk := product.Actor{API: product.API(d.office.http), Token: d.office.token}
	if _, err := desk.Configure(ctx, station, "kiosk", documents); err != nil {
		return fmt.Errorf("send the kiosk its day: %w", err)
	}
	return nil
}
