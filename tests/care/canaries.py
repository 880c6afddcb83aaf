"""What must not stand in any log: words that occur nowhere else."""

CUSTOMER, NAME = "CANARYKEY1", "Canarybird Holdings"
ALICE, DANA = "alice.canary@canarymail.example", "dana.canary@canarymail.example"
PASSWORDS = {ALICE: "canary-secret-of-alice", DANA: "canary-secret-of-dana"}
WRONG = "canary-secret-mistyped"
QUERY = "canary-in-a-question"
WORDS = ("canary", "CANARYKEY1", "Canarybird", "canarymail")
