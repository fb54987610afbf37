"""Rules: /on, /every, /alias, /bind, /highlight, /ignore, and the file in which they stand."""

import re

import pytest

import moonroom


@pytest.fixture
def home(tmp_path):
    return tmp_path / "ruler"


@pytest.fixture
def ruler(town, home, request):
    """Somebody with a folder of their own; ruler() comes again with the same folder."""
    programs = []
    name = "r" + re.sub(r"\W", "", request.node.name)[-20:].lower()

    def start(register=False):
        program = moonroom.Client(town.port, home, name, register=register)
        programs.append(program)
        program.name = name
        program.err.expect(re.compile(r".* in as .*"))
        return program

    yield start
    for program in programs:
        program.kill()
        program.check_reports()


def rules_file(home):
    return home / "moonroom" / "data" / "files" / "commands" / "rules.txt"


def sees(program, pattern):
    return program.err.expect(re.compile(rf".*{pattern}.*"))


def test_on(ruler, bob, home):
    me = ruler(register=True)
    me.type('/on message "pi*g" do /say pong for $from: $*')
    sees(me, r'Rule 1: on message "pi\*g" do /say pong for \$from: \$\*')
    bob.type("nothing", "PIng", "piXXg")
    bob.hears(f"{me.name}> pong for bob: n")
    bob.hears(f"{me.name}> pong for bob: XX")
    me.type("ping")  # not to what one says oneself
    bob.hears(f"{me.name}> ping")
    me.type('/on whisper "hello" from bob do hello yourself')
    sees(me, "Rule 2:")
    bob.type(f"/w {me.name} hello")
    bob.hears(f"{me.name}> hello yourself")
    assert rules_file(home).read_text().splitlines()[1:] == [
        'on message "pi*g" do /say pong for $from: $*',
        'on whisper "hello" from bob do hello yourself',
    ]
    assert rules_file(home).stat().st_mode & 0o777 == 0o600
    me.type("/rules remove 1")
    sees(me, "Removed: on message")
    bob.type("ping again", "ping")
    me.type("/rules")
    sees(me, r"1 +on whisper")
    assert bob.program.out.history.count(f"{me.name}> pong for bob: n") == 1


def test_nobody_else_chooses_what_is_run(ruler, bob):
    """What is inserted stays text, whatever it looks like."""
    me = ruler(register=True)
    me.type("/on message from bob do $text", "/on message from bob do /say got $text")
    sees(me, "Rule 2:")
    bob.type(" /quit", "a $from")
    bob.hears(f"{me.name}> got a $from")
    assert me.process.poll() is None


def test_a_rule_does_not_talk_for_ever(ruler, bob):
    me = ruler(register=True)
    me.type("/on message from bob do /say heard $text")
    sees(me, "Rule 1:")
    bob.type(*[f"line {i}" for i in range(8)])
    bob.hears("bob> line 7")
    for i in range(5):
        bob.hears(f"{me.name}> heard line {i}")
    bob.runs("/ping", "answered")
    bob.program.out.absent(f"{me.name}> heard line 5")


def test_alias_and_what_is_wrong(ruler, bob):
    me = ruler(register=True)
    me.type("/alias brb /me is away")
    sees(me, "Rule 1:")
    me.type("/brb", "/brb for tea")
    bob.hears(f"{me.name}> * {me.name} is away")
    bob.hears(f"{me.name}> * {me.name} is away for tea")
    for line, answer in (
        ("/alias help x", "The command /help is there already"),
        ("/on nonsense do x", "no event called nonsense"),
        ("/on message", "rule is missing"),
        ("/on message ping", "on needs `do`"),
        ("/every 1s do x", "every needs a time of 10 s or more"),
        ("/bind nokey x", "key"),
        ("/alias brb /me is away", "this rule already"),
        ("/rules remove 9", "There is no rule 9"),
    ):
        me.type(line)
        sees(me, answer)
    me.type("/rules remove 1")
    sees(me, "Removed")
    me.type("/brb")
    sees(me, "There is no command /brb")


def test_ignore_comes_back_before_the_first_line(ruler, alice, bob, home):
    me = ruler(register=True)
    me.type("/ignore bob", "/highlight lunch")
    sees(me, "bob is ignored from now on")
    sees(me, "Lines with lunch stand out")
    me.type("/ping")
    sees(me, "answered")
    bob.type("not heard")
    bob.hears("bob> not heard")
    me.type("/ping")
    sees(me, "answered")
    me.out.absent("bob> not heard")
    assert me.finish() == 0
    again = ruler()
    bob.type("not heard either")
    bob.hears("bob> not heard either")
    alice.hears("bob> not heard either")
    alice.type("behind it")
    again.out.expect("alice> behind it")
    again.type("/rules")
    sees(again, r"1 +ignore bob")
    again.type("/unignore bob")
    sees(again, "bob can be heard again")
    bob.type("heard")
    again.out.expect("bob> heard")
    assert not [line for line in again.out.history if "not heard" in line], again.err.history


def test_the_file_may_be_edited(ruler, bob, home):
    me = ruler(register=True)
    me.type("/alias a /say a")
    sees(me, "Rule 1:")
    path = rules_file(home)
    path.write_text(path.read_text() + "# mine\nnonsense here\nalias b /say b\n")
    me.type("/rules reload")
    sees(me, "rules.txt, line 4: A rule begins with on, every")
    sees(me, "2 rules are in force")
    me.type("/b", "/rules remove 2")
    bob.hears(f"{me.name}> b")
    sees(me, "Removed: alias b")
    assert path.read_text().splitlines()[1:] == ["alias a /say a", "# mine", "nonsense here"]
