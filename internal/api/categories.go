package api

import (
	"context"
	"time"

	"matinee/internal/library"
)

type categoryBody struct {
	Slug      string    `json:"slug" doc:"What videos and addresses call it."`
	Name      string    `json:"name"`
	Parent    *string   `json:"parent" doc:"The slug of the category around it; null for none."`
	CreatedAt time.Time `json:"created_at"`
}

func newCategoryBody(c library.Category) categoryBody {
	return categoryBody{Slug: c.Slug, Name: c.Name, Parent: optionalText(c.Parent), CreatedAt: c.CreatedAt.UTC()}
}

type categoriesOutput struct {
	Body struct {
		Items      []categoryBody `json:"items" nullable:"false" doc:"By name."`
		NextCursor *string        `json:"next_cursor" doc:"Always null: there are at most 500."`
	}
}

func (a *API) categories(ctx context.Context, _ *nothing) (*categoriesOutput, error) {
	all, err := a.Library.Categories(ctx)
	if err != nil {
		return nil, err
	}
	out := &categoriesOutput{}
	out.Body.Items = make([]categoryBody, 0, len(all))
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, newCategoryBody(c))
	}
	return out, nil
}

type createCategoryInput struct {
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"100"`
		Slug   string `json:"slug,omitempty" maxLength:"64" doc:"Lower-case letters, digits and hyphens; made from the name when it is left out."`
		Parent string `json:"parent,omitempty" maxLength:"64" doc:"The slug of the category around it."`
	}
}

type createdCategoryOutput struct {
	Location string `header:"Location"`
	Body     categoryBody
}

func (a *API) createCategory(ctx context.Context, in *createCategoryInput) (*createdCategoryOutput, error) {
	c, err := a.Library.CreateCategory(ctx, viewerOf(ctx), library.Category{Name: in.Body.Name, Slug: in.Body.Slug, Parent: in.Body.Parent})
	if err != nil {
		return nil, err
	}
	return &createdCategoryOutput{Location: base(ctx) + Prefix + "/categories/" + c.Slug, Body: newCategoryBody(c)}, nil
}

type updateCategoryInput struct {
	Slug string `path:"slug" maxLength:"64" doc:"The category's slug."`
	Body struct {
		Name   *string           `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Slug   *string           `json:"slug,omitempty" minLength:"1" maxLength:"64" doc:"Its new slug."`
		Parent clearable[string] `json:"parent,omitempty" maxLength:"64" doc:"Null takes it out of the category around it."`
	} `contentType:"application/merge-patch+json"`
}

type categoryOutput struct {
	Body categoryBody
}

func (a *API) updateCategory(ctx context.Context, in *updateCategoryInput) (*categoryOutput, error) {
	c, err := a.Library.UpdateCategory(ctx, viewerOf(ctx), in.Slug, library.CategoryPatch{
		Name: in.Body.Name, Slug: in.Body.Slug, Parent: in.Body.Parent.sent(),
	})
	if err != nil {
		return nil, err
	}
	return &categoryOutput{Body: newCategoryBody(c)}, nil
}

type categoryPath struct {
	Slug string `path:"slug" maxLength:"64" doc:"The category's slug."`
}

func (a *API) deleteCategory(ctx context.Context, in *categoryPath) (*nothing, error) {
	return nil, a.Library.DeleteCategory(ctx, viewerOf(ctx), in.Slug)
}
