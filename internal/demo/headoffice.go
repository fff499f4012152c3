package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// headOffice is a head office of this demonstration: where its pages and its broker are, and its API.
type headOffice struct {
	http string // host:port
	mqtt string
	// token is of somebody who may act; records are told without what is private where it is empty.
	token string
}

// startHeadOffice starts head office at two addresses, its data in dir, and waits until it is healthy. It knows one
// who may act, by a token in a file beside its data.
func startHeadOffice(ctx context.Context, c *crew, p programs, out io.Writer, dir, httpAddr, mqttAddr string) (*headOffice, error) {
	token, flags, err := oneWhoActs(dir)
	if err != nil {
		return nil, err
	}
	args := append(flags, "--data", filepath.Join(dir, "headoffice"), "--http", httpAddr, "--mqtt", mqttAddr)
	cmd := exec.Command(p.path("headoffice"), args...)
	m, err := c.start("headoffice", out, cmd)
	if err != nil {
		return nil, err
	}
	h := &headOffice{http: httpAddr, mqtt: mqttAddr, token: token}
	return h, await(ctx, "head office", m, func(ctx context.Context) (bool, error) {
		return answers(ctx, h.url("/healthz")), nil
	})
}

// oneWhoActs writes a token, and returns the flags by which head office knows it.
func oneWhoActs(dir string) (token string, flags []string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", nil, fmt.Errorf("write who may act at head office: %w", err)
	}
	token = rand.Text()
	tokens, config := filepath.Join(dir, "act.tokens"), filepath.Join(dir, "headoffice.yaml")
	for file, text := range map[string]string{tokens: officer + ":" + token + "\n", config: fmt.Sprintf("act_tokens_file: %q\n", tokens)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", nil, fmt.Errorf("write who may act at head office: %w", err)
		}
	}
	return token, []string{"--config", config}, nil
}

func (h *headOffice) url(path string) string { return "http://" + h.http + path }

// broker is the URL that the nodes get.
func (h *headOffice) broker() string { return "mqtt://" + h.mqtt }

// stored is one record as head office's API tells it.
type stored struct {
	Station string          `json:"station"`
	Node    string          `json:"node"`
	Epoch   string          `json:"epoch"`
	Stream  string          `json:"stream"`
	Seq     uint64          `json:"seq"`
	Type    string          `json:"type"`
	Source  string          `json:"source"`
	Time    time.Time       `json:"time"`
	Data    json.RawMessage `json:"data"`
}

// records asks for every record of one stream of a node, page by page.
func (h *headOffice) records(ctx context.Context, station, node, stream string) ([]stored, error) {
	const limit = 1000
	var all []stored
	after := ""
	for {
		query := url.Values{"station": {station}, "node": {node}, "stream": {stream}, "limit": {strconv.Itoa(limit)}}
		if after != "" {
			query.Set("after", after)
		}
		var page struct {
			Records []stored `json:"records"`
			Next    string   `json:"next"`
		}
		if err := h.get(ctx, "/api/v1/records?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if len(page.Records) < limit {
			return all, nil
		}
		after = page.Next
	}
}

// onlineSince reports whether head office sees a node of a station connected, and not from an earlier run.
func (h *headOffice) onlineSince(ctx context.Context, station, node string, began time.Time) (bool, error) {
	var answer struct {
		Stations []struct {
			ID    string `json:"id"`
			Nodes []struct {
				ID     string    `json:"id"`
				Online bool      `json:"online"`
				Since  time.Time `json:"since"`
			} `json:"nodes"`
		} `json:"stations"`
	}
	if err := h.get(ctx, "/api/v1/stations", &answer); err != nil {
		return false, err
	}
	for _, s := range answer.Stations {
		for _, n := range s.Nodes {
			if s.ID == station && n.ID == node {
				return n.Online && !n.Since.Before(record.Stamp(began)), nil
			}
		}
	}
	return false, nil
}

// metric asks for one counter without labels.
func (h *headOffice) metric(ctx context.Context, name string) (int, error) {
	var text strings.Builder
	if err := h.read(ctx, "/metrics", func(body io.Reader) error {
		_, err := io.Copy(&text, body)
		return err
	}); err != nil {
		return 0, err
	}
	for line := range strings.Lines(text.String()) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			return strconv.Atoi(value)
		}
	}
	return 0, fmt.Errorf("head office has no metric %s", name)
}

// get asks for JSON.
func (h *headOffice) get(ctx context.Context, path string, into any) error {
	return h.read(ctx, path, func(body io.Reader) error { return json.NewDecoder(body).Decode(into) })
}

func (h *headOffice) read(ctx context.Context, path string, take func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url(path), nil)
	if err != nil {
		return fmt.Errorf("ask head office for %s: %w", path, err)
	}
	if h.token != "" {
		request.Header.Set("Authorization", "Bearer "+h.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask head office for %s: %w", path, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 500)) // without it the status still says something
		return fmt.Errorf("ask head office for %s: %s: %s", path, response.Status, text)
	}
	if err := take(response.Body); err != nil {
		return fmt.Errorf("read head office's answer to %s: %w", path, err)
	}
	return nil
}
