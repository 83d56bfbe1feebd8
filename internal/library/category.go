package library

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of the categories.
const (
	MaxCategories    = 500
	MaxCategoryDepth = 5
	MaxCategoryName  = 100 // characters
	MaxSlug          = 64  // characters
)

// Category is a shelf of the library.
type Category struct {
	ID        ids.CategoryID
	Slug      string // what videos and addresses call it
	Name      string
	Parent    string // the slug of the category around it; "" for none
	CreatedAt time.Time
}

// CategoryPatch changes what is not nil. An empty Parent takes the category out of the one around it.
type CategoryPatch struct {
	Slug, Name, Parent *string
}

// CategoryStore keeps the categories. It is part of Store.
type CategoryStore interface {
	// Categories lists all, by name.
	Categories(ctx context.Context) ([]Category, error)
	// CreateCategory is an errs.Conflict error when the slug is taken or there are too many.
	CreateCategory(ctx context.Context, c Category) error
	// UpdateCategory changes the category with this slug and returns it. It is an errs.Conflict error when the new slug is taken
	// and an errs.Invalid one when the tree would close a circle or be too deep.
	UpdateCategory(ctx context.Context, slug string, p CategoryPatch) (Category, error)
	// DeleteCategory takes its videos out of it and moves the categories within it one up.
	DeleteCategory(ctx context.Context, slug string) error
}

// Categories lists all categories by name. They are no secret.
func (l *Library) Categories(ctx context.Context) ([]Category, error) { return l.store.Categories(ctx) }

// CreateCategory makes a category; without a slug it gets one from its name.
func (l *Library) CreateCategory(ctx context.Context, viewer access.Viewer, c Category) (Category, error) {
	if err := l.allow(viewer, access.ManageLibrary, access.Facts{}); err != nil {
		return Category{}, err
	}
	if c.Slug == "" {
		c.Slug = SlugOf(c.Name)
	}
	c.ID, c.Name, c.CreatedAt = ids.New[ids.CategoryID](), strings.TrimSpace(c.Name), l.now()
	if err := validateCategory(CategoryPatch{Slug: &c.Slug, Name: &c.Name, Parent: &c.Parent}); err != nil {
		return Category{}, err
	}
	return c, l.store.CreateCategory(ctx, c)
}

// UpdateCategory changes the category with this slug and returns it.
func (l *Library) UpdateCategory(ctx context.Context, viewer access.Viewer, slug string, p CategoryPatch) (Category, error) {
	if err := l.allow(viewer, access.ManageLibrary, access.Facts{}); err != nil {
		return Category{}, err
	}
	if !ValidSlug(slug) {
		return Category{}, errs.Missing("category")
	}
	if p.Name != nil {
		name := strings.TrimSpace(*p.Name)
		p.Name = &name
	}
	if err := validateCategory(p); err != nil {
		return Category{}, err
	}
	c, err := l.store.UpdateCategory(ctx, slug, p)
	if err != nil {
		return Category{}, fmt.Errorf("update category: %w", err)
	}
	return c, nil
}

// DeleteCategory removes a category. Its videos have none afterwards; the categories within it move one up.
func (l *Library) DeleteCategory(ctx context.Context, viewer access.Viewer, slug string) error {
	if err := l.allow(viewer, access.ManageLibrary, access.Facts{}); err != nil {
		return err
	}
	if !ValidSlug(slug) {
		return errs.Missing("category")
	}
	return l.store.DeleteCategory(ctx, slug)
}

// SlugOf makes a slug of a name: letters without their accents and digits, with hyphens between words. It is "" where the
// name has none of them.
func SlugOf(name string) string {
	var slug strings.Builder
	for _, r := range strings.ToLower(norm.NFKD.String(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			slug.WriteRune(r)
		case !unicode.Is(unicode.Mn, r) && slug.Len() > 0 && !strings.HasSuffix(slug.String(), "-"):
			slug.WriteByte('-')
		}
		if slug.Len() >= MaxSlug {
			break
		}
	}
	return strings.Trim(slug.String(), "-")
}

func validateCategory(p CategoryPatch) error {
	if p.Name != nil && (*p.Name == "" || utf8.RuneCountInString(*p.Name) > MaxCategoryName || !utf8.ValidString(*p.Name) || strings.ContainsFunc(*p.Name, isControl)) {
		return errs.InvalidField("body.name", "Give the category a name of 1 to %d characters.", MaxCategoryName)
	}
	if p.Slug != nil && !ValidSlug(*p.Slug) {
		return errs.InvalidField("body.slug", "Give a slug of lower-case letters, digits and single hyphens, at most %d.", MaxSlug)
	}
	if p.Parent != nil && *p.Parent != "" && !ValidSlug(*p.Parent) {
		return ErrUnknownCategory("body.parent")
	}
	return nil
}

// ValidSlug reports whether a category can have this slug.
func ValidSlug(slug string) bool {
	isOther := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }
	return slug != "" && len(slug) <= MaxSlug && !strings.ContainsFunc(slug, isOther) &&
		slug == strings.Trim(slug, "-") && !strings.Contains(slug, "--")
}

// ErrUnknownCategory says that the slug at a place of the request is no category's.
func ErrUnknownCategory(location string) error {
	e := errs.InvalidField(location, "There is no category with this slug.")
	e.Code = "unknown_category"
	return e
}
