package watch

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

type versionBody struct {
	Version   uint64            `json:"version" doc:"Counts from 1 for each node."`
	Issued    time.Time         `json:"issued"`
	By        string            `json:"by" doc:"Who gave them."`
	Names     []string          `json:"names" nullable:"false" doc:"Of the documents. An agent knows access and alarms, a kiosk appointments, information, notices, questionnaire and staff."`
	Documents map[string]object `json:"documents" nullable:"false" doc:"By name. Only for those who may act: hashes of PINs can be guessed by whoever has them. Empty for others."`
}

// spellVersion tells of documents: what is in them only to those who may act.
func spellVersion(d record.Desired, mayAct bool) versionBody {
	body := versionBody{Version: d.Version, Issued: d.Issued.UTC(), By: d.By, Documents: map[string]object{},
		Names: append([]string{}, slices.Sorted(maps.Keys(d.Documents))...)}
	for name, document := range d.Documents {
		if mayAct {
			body.Documents[name] = object(document)
		}
	}
	return body
}

// readerInput names a node, for somebody who may have a token.
type readerInput struct {
	NodeInput
	Actor
}

type refusalBody struct {
	Version uint64    `json:"version"`
	Reason  string    `json:"reason"`
	Time    time.Time `json:"time"`
}

type reportedBody struct {
	Version uint64       `json:"version" doc:"Of the documents in force; 0 when the node goes by its own files."`
	Since   time.Time    `json:"since" doc:"When they were put into force."`
	Refused *refusalBody `json:"refused" doc:"The latest version that the node did not take; null when it has taken the latest."`
	Heard   time.Time    `json:"heard" doc:"When head office heard that."`
}

type configBody struct {
	Station  string        `json:"station"`
	Node     string        `json:"node"`
	State    string        `json:"state" enum:"none,waiting,applied,refused" doc:"What the node has made of the newest version: nothing is wanted; it has not said yet; it goes by it; it did not take it, and goes by the one before."`
	Desired  *versionBody  `json:"desired" doc:"What head office wants; null when nothing."`
	Reported *reportedBody `json:"reported" doc:"What the node says; null when nothing yet."`
}

func (w *watch) getConfig(ctx context.Context, in *readerInput) (*answer[configBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	c, err := w.Store.Configuration(ctx, in.key())
	if err != nil {
		return nil, w.explain("read configuration of "+in.Station+"/"+in.Node, err)
	}
	body := configBody{Station: in.Station, Node: in.Node, State: stateOf(c)}
	if c.Desired > 0 {
		d, err := w.Store.Desired(ctx, in.key(), c.Desired)
		if err != nil {
			return nil, w.explain("read documents of "+in.Station+"/"+in.Node, err)
		}
		spelled := spellVersion(d, mayAct)
		body.Desired = &spelled
	}
	if r := c.Reported; r != nil {
		body.Reported = &reportedBody{Version: r.Version, Since: r.Since.UTC(), Heard: c.Heard.UTC()}
		if r.Refused != nil {
			body.Reported.Refused = &refusalBody{r.Refused.Version, r.Refused.Reason, r.Refused.Time.UTC()}
		}
	}
	return &answer[configBody]{body}, nil
}

// stateOf is what a node has made of the newest version.
func stateOf(c store.Configuration) string {
	switch {
	case c.Desired == 0:
		return "none"
	case c.Refused() != nil:
		return "refused"
	case c.Waiting():
		return "waiting"
	}
	return "applied"
}

type putConfigInput struct {
	NodeInput
	Actor
	Body struct {
		Documents map[string]object `json:"documents" nullable:"false" doc:"All documents, by name. Those left out are not wanted any more."`
		Expect    *uint64           `json:"expect,omitempty" doc:"The version that is to be replaced, 0 for none; another one is a conflict. Whichever there is, when left out."`
	}
}

type putConfigBody struct {
	Version uint64    `json:"version"`
	Issued  time.Time `json:"issued"`
	By      string    `json:"by"`
}

func (w *watch) putConfig(ctx context.Context, in *putConfigInput) (*answer[putConfigBody], error) {
	by, err := w.who(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	before := int64(store.AnyVersion)
	if in.Body.Expect != nil {
		before = int64(*in.Body.Expect)
	}
	documents := map[string]json.RawMessage{}
	for name, document := range in.Body.Documents {
		documents[name] = json.RawMessage(document)
	}
	d, err := w.Store.Desire(ctx, in.key(), documents, before, by, w.Now())
	if err != nil {
		return nil, w.explain("keep documents for "+in.Station+"/"+in.Node, err)
	}
	w.Log.Info("documents changed", "station", in.Station, "node", in.Node, "version", d.Version, "by", by)
	return &answer[putConfigBody]{putConfigBody{d.Version, d.Issued.UTC(), d.By}}, nil
}

type versionsInput struct {
	NodeInput
	Actor
	Before uint64 `query:"before" doc:"Versions below this one; from the newest when left out."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type versionsBody struct {
	Versions []versionBody `json:"versions" nullable:"false"`
}

func (w *watch) listVersions(ctx context.Context, in *versionsInput) (*answer[versionsBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	if _, err := w.Store.Configuration(ctx, in.key()); err != nil {
		return nil, w.explain("read configuration of "+in.Station+"/"+in.Node, err)
	}
	all, err := w.Store.DesiredVersions(ctx, in.key(), in.Before, in.Limit)
	if err != nil {
		return nil, w.explain("read versions of "+in.Station+"/"+in.Node, err)
	}
	body := versionsBody{Versions: make([]versionBody, len(all))}
	for i, d := range all {
		body.Versions[i] = spellVersion(d, mayAct)
	}
	return &answer[versionsBody]{body}, nil
}

type versionInput struct {
	NodeInput
	Actor
	Version uint64 `path:"version" minimum:"1"`
}

func (w *watch) getVersion(ctx context.Context, in *versionInput) (*answer[versionBody], error) {
	mayAct, err := w.mayAct(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	d, err := w.Store.Desired(ctx, in.key(), in.Version)
	if err != nil {
		return nil, w.explain("read documents of "+in.Station+"/"+in.Node, err)
	}
	return &answer[versionBody]{spellVersion(d, mayAct)}, nil
}
