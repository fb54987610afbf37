"""Commands for talking: what they say, and what they say when it cannot be done."""

import pytest


def test_whisper(alice, bob):
    alice.type("/w bob psst, over here")
    bob.hears("alice> psst, over here")
    alice.hears("alice> psst, over here")


@pytest.mark.parametrize("name", ["whisper", "msg"])
def test_whisper_has_other_names(alice, bob, name):
    alice.type(f"/{name} bob by the name of {name}")
    bob.hears(f"alice> by the name of {name}")


def test_whisper_to_somebody_absent(alice):
    alice.runs("/w nobody hello", "nobody is not here")


def test_whisper_without_text_shows_the_usage(alice):
    alice.runs("/w bob", r"/w <user> <text>")


def test_me(alice, bob):
    alice.type("/me waves")
    bob.hears("alice> * alice waves")


def test_unknown_word_is_never_sent(alice, bob):
    alice.runs("/hlep", "/help")
    alice.type("behind the typo")
    bob.hears("alice> behind the typo")
    bob.program.out.absent("alice> /hlep")


def test_active(alice, bob):
    alice.runs("/active", r"users here: .*alice, bob")
    alice.runs("/who", r"users here: .*alice, bob")


def test_note_stays_at_home(alice, bob):
    alice.type("/note buy milk")
    alice.hears("alice> buy milk")
    alice.type("behind the note")
    bob.hears("alice> behind the note")
    assert not [line for line in bob.program.out.history if "milk" in line]


def test_search_finds_what_was_said(alice, bob):
    alice.type("the heron stands in the reeds")
    alice.hears("alice> the heron stands in the reeds")
    alice.runs("/search heron", "the heron stands in the reeds")
    alice.runs("/search unicorn", 'Nothing .* holds "unicorn"')


def test_search_without_a_word(alice):
    alice.runs("/search", "/search <word>")
