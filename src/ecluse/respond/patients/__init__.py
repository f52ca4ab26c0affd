"""What a patient may know and ask: who opened my record, on paper too; asks and complaints.

R60. A patient is told of every opening of three years: when, which unit and profession, which data, why; a broken glass
    is told as one.
R61. People are named only where the data protection officer released their names for this patient; the release is
    traced before, and so is each list made with names.
R62. An ask or a complaint is kept, sealed, with what was answered; neither is changed nor deleted.
"""
