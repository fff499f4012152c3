package programs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"stationkeeper/internal/record"
)

// API is head office's, at an address host:port.
type API string

// Stored is a record as the API shows it: without boot and mono.
type Stored struct {
	Station string        `json:"station"`
	Node    string        `json:"node"`
	Epoch   string        `json:"epoch"`
	Stream  record.Stream `json:"stream"`
	record.Record
}

// Progress is how far head office has come with one stream of one epoch of one node.
type Progress struct {
	Station string        `json:"station"`
	Node    string        `json:"node"`
	Stream  record.Stream `json:"stream"`
	Epoch   string        `json:"epoch"`
	// Through is the highest seq below which nothing is missing, Highest the highest seen.
	Through uint64 `json:"through"`
	Highest uint64 `json:"highest"`
	// Stored counts records held, Lost those reported as gone, Missing those awaited, Duplicates those delivered again.
	Stored     uint64 `json:"stored"`
	Lost       uint64 `json:"lost"`
	Missing    uint64 `json:"missing"`
	Duplicates uint64 `json:"duplicates"`
}

// Get reads a path of the API into answer.
func (a API) Get(ctx context.Context, path string, answer any) error {
	return a.get(ctx, path, "", answer)
}

func (a API) get(ctx context.Context, path, token string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+string(a)+path, nil)
	if err != nil {
		return err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

// Progress lists all streams of a station.
func (a API) Progress(ctx context.Context, station string) ([]Progress, error) {
	var list struct {
		Progress []Progress `json:"progress"`
	}
	err := a.Get(ctx, "/api/v1/progress?station="+url.QueryEscape(station), &list)
	return list.Progress, err
}

// Records gives each record of one stream of one node, in the API's order, in pages as large as it allows. What is private
// is left out.
func (a API) Records(ctx context.Context, station, node string, stream record.Stream, each func(Stored)) error {
	return a.records(ctx, "", station, node, stream, each)
}

// Records gives each record as it was written down.
func (a Actor) Records(ctx context.Context, station, node string, stream record.Stream, each func(Stored)) error {
	return a.records(ctx, a.Token, station, node, stream, each)
}

func (a API) records(ctx context.Context, token, station, node string, stream record.Stream, each func(Stored)) error {
	after := ""
	for {
		var page struct {
			Records []Stored `json:"records"`
			Next    string   `json:"next"`
		}
		query := url.Values{"station": {station}, "node": {node}, "stream": {string(stream)}, "after": {after}, "limit": {"1000"}}
		if err := a.get(ctx, "/api/v1/records?"+query.Encode(), token, &page); err != nil {
			return err
		}
		if len(page.Records) == 0 {
			return nil
		}
		for _, r := range page.Records {
			each(r)
		}
		after = page.Next
	}
}
