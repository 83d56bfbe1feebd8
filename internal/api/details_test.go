package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/api"
)

// at digs a value out of an answer: names of members, numbers of items.
func (a answer) at(path ...any) any {
	var value any = a.json
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := value.(map[string]any)
			value = members[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}

// jsonAt is a value of an answer as JSON.
func (a answer) jsonAt(path ...any) string {
	text, _ := json.Marshal(a.at(path...))
	return string(text)
}

func (s *videoServer) admin(t *testing.T) string {
	t.Helper()
	return s.bearer(t, "admin@example.org", access.Admin)
}

func TestWhatIsSaidOfAVideoIsKeptAndChangedByMergePatch(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	s.as(t, s.admin(t), "POST", "/categories", map[string]any{"name": "Films"}).want(t, 201, "")
	made := s.as(t, s.owner, "POST", "/videos", map[string]any{
		"title": "One", "visibility": "public", "tags": []string{" Summer  Days ", "summer days", "ÉTÉ"}, "category": "films", "external_id": "crm-1",
		"metadata": map[string]any{"season": 2, "crew": map[string]any{"camera": "Ada", "sound": "Bob"}},
	}).want(t, 201, "")
	path := "/videos/" + made.str("id")
	wants := func(a answer, tags, category, external, metadata string) {
		t.Helper()
		for member, want := range map[string]string{"tags": tags, "category": category, "external_id": external, "metadata": metadata} {
			if got := a.jsonAt(member); got != want {
				t.Errorf("%s is %s, want %s", member, got, want)
			}
		}
	}
	wants(made, `["summer days","été"]`, `"films"`, `"crm-1"`, `{"crew":{"camera":"Ada","sound":"Bob"},"season":2}`)
	wants(s.as(t, s.other, "GET", path, nil), `["summer days","été"]`, `"films"`, `null`, `null`) // its editors' own
	wants(s.as(t, s.owner, "PATCH", path, map[string]any{"metadata": map[string]any{"season": nil, "crew": map[string]any{"sound": "Cid"}}}),
		`["summer days","été"]`, `"films"`, `"crm-1"`, `{"crew":{"camera":"Ada","sound":"Cid"}}`)
	wants(s.as(t, s.owner, "PATCH", path, map[string]any{"tags": []string{"b", "a"}}), `["a","b"]`, `"films"`, `"crm-1"`, `{"crew":{"camera":"Ada","sound":"Cid"}}`)
	wants(s.as(t, s.owner, "PATCH", path, map[string]any{"tags": nil, "category": nil, "external_id": nil, "metadata": nil}), `[]`, `null`, `null`, `null`)
}

func TestWhatCannotBeSaidOfAVideoIsRefusedByField(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	path := "/videos/" + s.video(t, map[string]any{"title": "One"})
	many := make([]string, 31)
	for i := range many {
		many[i] = fmt.Sprint("tag", i)
	}
	deep := json.RawMessage(strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40))
	for name, c := range map[string]struct {
		body     map[string]any
		code, in string
	}{
		"an unknown category":      {map[string]any{"category": "nowhere"}, "unknown_category", "body.category"},
		"a slug that is none":      {map[string]any{"category": "No Where"}, "unknown_category", "body.category"},
		"too many tags":            {map[string]any{"tags": many}, "invalid", "body.tags"},
		"an empty tag":             {map[string]any{"tags": []string{" "}}, "invalid", "body.tags"},
		"a long tag":               {map[string]any{"tags": []string{strings.Repeat("x", 51)}}, "invalid", "body.tags"},
		"a long external id":       {map[string]any{"external_id": strings.Repeat("x", 201)}, "invalid", "body.external_id"},
		"a control character":      {map[string]any{"external_id": "a\x00b"}, "invalid", "body.external_id"},
		"metadata of a list":       {map[string]any{"metadata": []int{1}}, "invalid", "body.metadata"},
		"metadata too deep":        {map[string]any{"metadata": deep}, "invalid", "body.metadata"},
		"metadata too large":       {map[string]any{"metadata": map[string]string{"a": strings.Repeat("x", 17<<10)}}, "invalid", "body.metadata"},
		"a title cleared":          {map[string]any{"title": nil, "visibility": nil}, "invalid", "body.title"},
		"a member that is unknown": {map[string]any{"titel": "x"}, "invalid", "body.titel"},
	} {
		a := s.as(t, s.owner, "PATCH", path, c.body)
		if a.status != http.StatusUnprocessableEntity || a.str("code") != c.code || !strings.Contains(a.text, c.in) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
		if name == "a title cleared" {
			continue
		}
		if a := s.as(t, s.owner, "POST", "/videos", c.body); a.status != http.StatusUnprocessableEntity || a.str("code") != c.code {
			t.Errorf("%s, at creation: %d %s", name, a.status, a.text)
		}
	}
}

func TestAChangeCanDependOnWhatWasSeen(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	path := "/videos/" + s.video(t, map[string]any{"title": "One"})
	seen := s.as(t, s.owner, "GET", path, nil).header.Get("ETag")
	patch := func(match, title string) answer {
		return s.call(t, "PATCH", path, map[string]any{"title": title}, "Authorization", s.owner, "If-Match", match)
	}
	next := patch(seen, "Two").want(t, 200, "").header.Get("ETag")
	if next == seen || next == "" {
		t.Errorf("the ETag was %s and is %s", seen, next)
	}
	for _, stale := range []string{seen, "W/" + next, `"nonsense"`, strings.Trim(next, `"`)} {
		patch(stale, "Three").want(t, http.StatusPreconditionFailed, "stale")
		s.call(t, "DELETE", path, nil, "Authorization", s.owner, "If-Match", stale).want(t, 412, "stale")
		s.call(t, "DELETE", path+"?permanent=true", nil, "Authorization", s.owner, "If-Match", stale).want(t, 412, "stale")
	}
	if got := s.as(t, s.owner, "GET", path, nil); got.str("title") != "Two" || got.header.Get("ETag") != next {
		t.Errorf("a refused change has changed %s, %s", got.str("title"), got.header.Get("ETag"))
	}
	patch(`"0", `+next, "Four").want(t, 200, "")
	patch("*", "Five").want(t, 200, "")
	s.call(t, "PATCH", path, map[string]any{"title": "x"}, "Authorization", s.other, "If-Match", seen).want(t, 404, "not_found")
	last := s.as(t, s.owner, "GET", path, nil).header.Get("ETag")
	s.call(t, "DELETE", path, nil, "Authorization", s.owner, "If-Match", last).want(t, 204, "")
}

func TestListsAreFilteredSortedAndGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	s.as(t, s.admin(t), "POST", "/categories", map[string]any{"name": "Films"})
	var made []string
	for i := range 7 {
		body := map[string]any{"title": fmt.Sprint("Video ", i), "external_id": fmt.Sprint("x", i%2)}
		if i%3 == 0 {
			body["tags"], body["category"] = []string{"Third"}, "films"
		}
		made = append(made, s.video(t, body))
	}
	s.as(t, s.owner, "DELETE", "/videos/"+made[6], nil)
	newest := []string{made[5], made[4], made[3], made[2], made[1], made[0]}
	oldest := slices.Clone(newest)
	slices.Reverse(oldest)
	for query, want := range map[string][]string{
		"":                                    newest,
		"owner=me":                            newest,
		"sort=created_at":                     oldest,
		"sort=-updated_at":                    newest,
		"sort=published_at":                   oldest,
		"tag=THIRD":                           {made[3], made[0]},
		"tag=third&sort=created_at":           {made[0], made[3]},
		"tag=third&sort=updated_at":           {made[0], made[3]},
		"tag=fourth":                          nil,
		"category=films":                      {made[3], made[0]},
		"category=nowhere":                    nil,
		"external_id=x1":                      {made[5], made[3], made[1]},
		"state=waiting,ready":                 newest,
		"state=ready":                         nil,
		"visibility=public":                   nil,
		"visibility=private":                  newest,
		"deleted=true":                        {made[6]},
		"created_after=2100-01-01T00:00:00Z":  nil,
		"created_before=2100-01-01T00:00:00Z": newest,
	} {
		if got := s.pages(t, s.owner, query); !slices.Equal(got, want) {
			t.Errorf("?%s lists %v, want %v", query, got, want)
		}
	}
	if got := s.pages(t, s.other, "external_id=x1&owner="+s.as(t, s.owner, "GET", "/me", nil).str("id")); got != nil {
		t.Errorf("an external id finds %v for somebody else", got)
	}
	if got := s.pages(t, s.other, "deleted=true"); got != nil {
		t.Errorf("somebody else's bin lists %v", got)
	}
	s.as(t, "", "GET", "/videos?deleted=true", nil).want(t, 401, "unauthenticated")
	if a := s.as(t, s.owner, "GET", "/videos?deleted=true", nil); a.at("items", 0, "deleted_at") == nil {
		t.Errorf("it does not say when: %s", a.text)
	}
}

// pages reads a list two by two.
func (s *videoServer) pages(t *testing.T, token, query string) (ids []string) {
	t.Helper()
	for cursor := ""; ; {
		a := s.as(t, token, "GET", "/videos?limit=2&"+query+cursor, nil).want(t, 200, "")
		for i := 0; a.at("items", i) != nil; i++ {
			id, _ := a.at("items", i, "id").(string)
			ids = append(ids, id)
		}
		next := a.str("next_cursor")
		if next == "" {
			return ids
		}
		if len(ids) > 100 {
			t.Fatal("the list does not end")
		}
		cursor = "&cursor=" + next
	}
}

func TestACursorBelongsToItsListAndOrder(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	for range 3 {
		s.video(t, map[string]any{})
	}
	cursor := s.as(t, s.owner, "GET", "/videos?limit=1", nil).str("next_cursor")
	s.video(t, map[string]any{}) // a newer one moves nothing
	s.as(t, s.owner, "GET", "/videos?limit=1&cursor="+cursor, nil).want(t, 200, "")
	for _, bad := range []string{
		"sort=created_at&cursor=" + cursor, "cursor=" + cursor[1:], "cursor=" + cursor[:len(cursor)-2], "cursor=" + cursor + "AA", "cursor=%00", "cursor=" + url.QueryEscape("é"),
	} {
		s.as(t, s.owner, "GET", "/videos?"+bad, nil).want(t, 422, "invalid")
	}
	s.as(t, s.owner, "GET", "/operations?cursor="+cursor, nil).want(t, 422, "invalid")
}

func TestCategoriesAreTheAdministrators(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	admin := s.admin(t)
	made := s.as(t, admin, "POST", "/categories", map[string]any{"name": "Été à la mer"}).want(t, 201, "")
	if made.str("slug") != "ete-a-la-mer" || !strings.HasSuffix(made.header.Get("Location"), "/categories/ete-a-la-mer") {
		t.Errorf("got %s at %s", made.text, made.header.Get("Location"))
	}
	s.as(t, admin, "POST", "/categories", map[string]any{"name": "Ete, a la mer!"}).want(t, 409, "slug_taken")
	s.as(t, admin, "POST", "/categories", map[string]any{"name": "海"}).want(t, 422, "invalid")
	s.as(t, admin, "POST", "/categories", map[string]any{"name": "海", "slug": "sea", "parent": "ete-a-la-mer"}).want(t, 201, "")
	s.as(t, admin, "POST", "/categories", map[string]any{"name": "x", "parent": "nowhere"}).want(t, 422, "unknown_category")
	s.as(t, admin, "PATCH", "/categories/ete-a-la-mer", map[string]any{"parent": "sea"}).want(t, 422, "invalid") // a circle
	s.as(t, admin, "PATCH", "/categories/sea", map[string]any{"slug": "ete-a-la-mer"}).want(t, 409, "slug_taken")
	for token, status := range map[string]int{s.owner: 403, "": 401} {
		for _, ask := range [][2]string{{"POST", "/categories"}, {"PATCH", "/categories/sea"}, {"DELETE", "/categories/sea"}} {
			if a := s.as(t, token, ask[0], ask[1], map[string]any{"name": "x"}); a.status != status {
				t.Errorf("%v: %d %s", ask, a.status, a.text)
			}
		}
	}
	video := "/videos/" + s.video(t, map[string]any{"category": "ete-a-la-mer"})
	s.as(t, admin, "PATCH", "/categories/ete-a-la-mer", map[string]any{"slug": "summer", "name": "Summer"}).want(t, 200, "")
	if got := s.as(t, s.owner, "GET", video, nil).str("category"); got != "summer" {
		t.Errorf("the video is in %q", got)
	}
	s.as(t, admin, "DELETE", "/categories/summer", nil).want(t, 204, "")
	if got := s.as(t, s.owner, "GET", video, nil); got.at("category") != nil {
		t.Errorf("the video is in %v", got.at("category"))
	}
	left := s.as(t, "", "GET", "/categories", nil)
	if left.jsonAt("items", 0, "slug") != `"sea"` || left.jsonAt("items", 0, "parent") != "null" || left.at("items", 1) != nil {
		t.Errorf("what is left: %s", left.text)
	}
	s.as(t, admin, "DELETE", "/categories/summer", nil).want(t, 404, "not_found")
}
