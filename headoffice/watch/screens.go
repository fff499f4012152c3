package watch

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// verbCapture asks a kiosk for a picture of its screen.
const verbCapture = "screen.capture"

// mostScreens bounds how many pictures are listed.
const mostScreens = 50

type screenBody struct {
	Seq     uint64    `json:"seq" doc:"Of the record, in the newest epoch of the node's events. The picture is at screens/{seq}.png."`
	Time    time.Time `json:"time" doc:"When it was taken, as far as head office can tell."`
	Screen  string    `json:"screen" doc:"Name of what was shown, such as home."`
	Width   int       `json:"width" doc:"Of the screen, in pixels; the picture may be smaller."`
	Height  int       `json:"height"`
	Masked  bool      `json:"masked" doc:"Whether what a customer was typing is painted over."`
	By      string    `json:"by" doc:"Who asked for it."`
	Command string    `json:"command" doc:"Id of the command."`
}

type screensBody struct {
	Screens []screenBody `json:"screens" nullable:"false"`
}

type screenInput struct {
	NodeInput
	Actor
	File string `path:"file" doc:"Seq of the record and .png, such as 812.png."`
}

// screenAnswer is a picture.
type screenAnswer struct {
	ContentType string `header:"Content-Type"`
	Kept        string `header:"Cache-Control"`
	Policy      string `header:"Content-Security-Policy"`
	Name        string `header:"Content-Disposition"`
	Body        []byte
}

func (w *watch) handleScreens(api huma.API) {
	list := operation("list-screens", nodePath+"/screens", "Pictures of a kiosk's screen, taken by the command "+verbCapture+", the latest first",
		http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden)
	one := operation("get-screen", nodePath+"/screens/{file}", "One picture, as a PNG image",
		http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden)
	for _, o := range []*huma.Operation{&list, &one} {
		o.Security = []map[string][]string{{bearer: {}}}
	}
	one.Responses = map[string]*huma.Response{"200": {Description: "The picture.", Content: map[string]*huma.MediaType{
		"image/png": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	huma.Register(api, list, w.listScreens)
	huma.Register(api, one, w.getScreen)
}

func (w *watch) listScreens(ctx context.Context, in *readerInput) (*answer[screensBody], error) {
	if _, err := w.who(ctx, in.Actor); err != nil {
		return nil, err
	}
	found, err := w.screens(ctx, in.Station, in.Node)
	if err != nil {
		return nil, w.explain("read pictures of "+in.Station+"/"+in.Node, err)
	}
	body := screensBody{Screens: []screenBody{}}
	for _, r := range found {
		d := decode[record.ScreenData](r)
		body.Screens = append(body.Screens, screenBody{Seq: r.Seq, Time: r.Placed.UTC(), Screen: d.Screen, Width: d.Width, Height: d.Height,
			Masked: d.Masked, By: d.By, Command: d.Request})
	}
	return &answer[screensBody]{body}, nil
}

// screens are the pictures of a node of the epoch of the newest, the latest first.
func (w *watch) screens(ctx context.Context, station, node string) ([]store.Record, error) {
	if _, err := w.Store.Configuration(ctx, store.NodeKey{Station: station, Node: node}); err != nil {
		return nil, err
	}
	found, err := w.Store.Happened(ctx, store.Selection{Station: station, Types: []string{record.ScreenCaptured}, Limit: mostScreens})
	if err != nil {
		return nil, err
	}
	epoch := ""
	return slices.DeleteFunc(found, func(r store.Record) bool {
		if epoch == "" && r.Node == node {
			epoch = r.Epoch
		}
		return r.Node != node || r.Epoch != epoch
	}), nil
}

func (w *watch) getScreen(ctx context.Context, in *screenInput) (*screenAnswer, error) {
	by, err := w.who(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	name, isPNG := strings.CutSuffix(in.File, ".png")
	seq, err := strconv.ParseUint(name, 10, 63)
	if err != nil || !isPNG || seq == 0 {
		return nil, huma.Error404NotFound(fmt.Sprintf("%q is no picture: expected a seq and .png, such as 812.png", in.File))
	}
	picture, err := w.picture(ctx, in.key(), seq)
	if err != nil {
		return nil, w.explain("read picture "+in.File+" of "+in.Station+"/"+in.Node, err)
	}
	w.Log.Info("picture of a screen given", "station", in.Station, "node", in.Node, "seq", seq, "to", by)
	return &screenAnswer{ContentType: "image/png", Kept: "private, no-store", Policy: "default-src 'none'; frame-ancestors 'none'; sandbox",
		Name: `inline; filename="screen-` + name + `.png"`, Body: picture}, nil
}

// pngMark is how every PNG image begins.
var pngMark = []byte("\x89PNG\r\n\x1a\n")

// picture reads the image of a record of the newest epoch.
func (w *watch) picture(ctx context.Context, key store.NodeKey, seq uint64) ([]byte, error) {
	page, err := w.Store.Records(ctx, store.Query{Station: key.Station, Node: key.Node, Stream: record.Events,
		After: strconv.FormatUint(seq-1, 10), Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Records) == 0 || page.Records[0].Seq != seq || page.Records[0].Type != record.ScreenCaptured {
		return nil, fmt.Errorf("record %d of %s/%s is no picture of a screen: %w", seq, key.Station, key.Node, store.ErrNotFound)
	}
	image := decode[record.ScreenData](page.Records[0]).Image
	if !bytes.HasPrefix(image, pngMark) {
		return nil, fmt.Errorf("record %d of %s/%s holds no PNG image: %w", seq, key.Station, key.Node, store.ErrNotFound)
	}
	return image, nil
}

// screensView is the part of a station's page where those who may act ask for pictures of its kiosks' screens. The page
// itself never has the pictures: its script asks for them with the token of whoever looks.
type screensView struct {
	Kiosks []kioskView
}

type kioskView struct {
	Node string
	// Commands is where commands to the node are given, Pictures where pictures of its screen are.
	Commands, Pictures string
	// Taken are the latest pictures.
	Taken []takenView
}

type takenView struct {
	At         moment
	Screen, By string
	Masked     bool
	Source     string
}

// shownScreens is how many pictures of a kiosk are named.
const shownScreens = 4

// drawScreens returns nil for a station without a kiosk.
func (w *watch) drawScreens(ctx context.Context, e eye, station store.Station, points []store.Point) (*screensView, error) {
	v := &screensView{}
	for _, n := range station.Nodes {
		if !slices.ContainsFunc(points, func(p store.Point) bool { return p.Node == n.ID && (isLobbyPoint(p.Point) || isDevice(p.Point)) }) {
			continue
		}
		path := apiRoot + "/stations/" + url.PathEscape(station.ID) + "/nodes/" + url.PathEscape(n.ID)
		v.Kiosks = append(v.Kiosks, kioskView{Node: n.ID, Commands: path + "/commands", Pictures: path + "/screens"})
	}
	if len(v.Kiosks) == 0 {
		return nil, nil
	}
	taken, err := w.Store.Happened(ctx, store.Selection{Station: station.ID, Types: []string{record.ScreenCaptured}, Limit: shownScreens})
	if err != nil {
		return nil, err
	}
	for _, r := range taken {
		i := slices.IndexFunc(v.Kiosks, func(k kioskView) bool { return k.Node == r.Node })
		if i < 0 {
			continue
		}
		d := decode[record.ScreenData](r)
		v.Kiosks[i].Taken = append(v.Kiosks[i].Taken, takenView{At: e.moment(r.Placed), Screen: e.known("screen.", d.Screen), By: d.By,
			Masked: d.Masked, Source: v.Kiosks[i].Pictures + "/" + strconv.FormatUint(r.Seq, 10) + ".png"})
	}
	return v, nil
}
